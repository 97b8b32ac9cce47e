/**
 * The form of an API key: `sk-corral-<public id>-<secret><checksum>`. No I/O.
 *
 * The public id (12 characters) may be shown and finds the row; the secret (32 characters of
 * base 62: 190 bits) is stored as a hash only. The checksum (CRC-32 of all before it, 6 characters)
 * turns a mistyped key away before anything is looked up, and lets secret scanners tell a key from
 * a look-alike; the scheme is GitHub's for its tokens (2021).
 */
import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const PREFIX = 'sk-corral-';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PUBLIC_ID_LENGTH = 12;
const SECRET_LENGTH = 32;
const CHECKSUM_LENGTH = 6;
const FORM = new RegExp(
  `^${PREFIX}([0-9A-Za-z]{${PUBLIC_ID_LENGTH}})-([0-9A-Za-z]{${SECRET_LENGTH}})([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`,
);

export interface ApiKeyParts {
  publicId: string;
  secret: string;
}

/** A fresh key, and what is to be stored of it. */
export function mintApiKey(): {
  apiKey: string;
  publicId: string;
  secretHash: string;
  lastFour: string;
} {
  const publicId = randomText(PUBLIC_ID_LENGTH);
  const secret = randomText(SECRET_LENGTH);
  const apiKey = formatApiKey({ publicId, secret });
  return { apiKey, publicId, secretHash: hashSecret(secret), lastFour: apiKey.slice(-4) };
}

export function formatApiKey({ publicId, secret }: ApiKeyParts): string {
  const body = `${PREFIX}${publicId}-${secret}`;
  return body + checksumOf(body);
}

/** Null when it is no key at all: of another form, or mistyped. */
export function parseApiKey(text: string): ApiKeyParts | null {
  const match = FORM.exec(text);
  if (match === null) return null;
  const [, publicId = '', secret = ''] = match;
  return formatApiKey({ publicId, secret }) === text ? { publicId, secret } : null;
}

/** SHA-256 in hex. Enough for a random secret of this length: there is nothing to guess. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let at = 0; at < CHECKSUM_LENGTH; at += 1) {
    digits = ALPHABET.charAt(rest % ALPHABET.length) + digits;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return digits;
}

function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}

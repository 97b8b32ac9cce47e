/**
 * JSON bodies, taken with suspicion. Valid UTF-8 is asked for, since a decoder would quietly
 * replace what is not; nesting is bounded before parsing, since parsers and schemas recurse.
 * (Keys such as `__proto__` are refused by Fastify's own parser, which this hands over to.)
 */
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { FailureException } from './failure-exception.pure.js';

/** Real requests stay far below: a tool's JSON schema in a chat request takes a dozen levels. */
const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

export function useJsonBodies(server: FastifyInstance, bodyLimit: number): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  // JSON is all there is; a body of another type is told so.
  server.removeAllContentTypeParsers();
  server.addHook('onRequest', (request, _reply, done) => {
    const length = Number(request.headers['content-length'] ?? 0);
    // Refused before the parser, which would cut the connection: a client that is still sending
    // would see a broken pipe instead of the reason. Node reads the rest and throws it away.
    done(length > bodyLimit ? tooLarge(length, bodyLimit) : undefined);
  });
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit },
    (request, body: Buffer, done) => {
      if (!isUtf8(body)) return done(refusal('The body is not valid UTF-8.'));
      if (isDeeperThan(body, MAX_DEPTH)) {
        return done(refusal(`The body is nested more than ${MAX_DEPTH} levels deep.`));
      }
      return parse(request, body.toString(), done);
    },
  );
}

/** True as soon as more than `limit` brackets are open, those inside strings not counted. */
export function isDeeperThan(json: Uint8Array, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] as number;
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (OPENING.has(byte)) {
      depth += 1;
      if (depth > limit) return true;
    } else if (CLOSING.has(byte)) depth -= 1;
  }
  return false;
}

function tooLarge(length: number, limit: number): FailureException {
  return new FailureException({
    code: 'request_too_large',
    message: `The body has ${length} bytes, and ${limit} are the limit (CORRAL_BODY_LIMIT_BYTES).`,
  });
}

function refusal(message: string): FailureException {
  return new FailureException({ code: 'invalid_request', message });
}

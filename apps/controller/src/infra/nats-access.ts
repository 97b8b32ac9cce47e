/**
 * How this controller gets into NATS, and what it can give to machines that join: the files that the
 * settings name, read once.
 */
import { readFileSync } from 'node:fs';
import {
  issueControllerCreds,
  parseNatsAuthority,
  type NatsAuthority,
  type NatsLogin,
} from '@corral/bus';
import { ConfigError, type Config } from '../config/config.js';

export class NatsAccess {
  private constructor(
    /** Of every connection of this controller. */
    readonly login: NatsLogin,
    /** Null: this NATS is somebody else's, and knows no credentials of a single machine. */
    readonly authority: NatsAuthority | null,
    /** NATS servers as workers reach them, separated by commas. */
    readonly workerServers: string,
  ) {}

  /** Throws {@link ConfigError} when a file cannot be used. */
  static async open({ nats }: Config): Promise<NatsAccess> {
    const { servers, user, pass, workerServers } = nats;
    const authority = authorityIn(nats.authorityFile);
    const ca = contentOf('NATS_CA_FILE', nats.caFile);
    const given = contentOf('NATS_CREDS_FILE', nats.credsFile);
    // Whoever has the authority needs nothing else, and nothing that could be lost apart from it.
    const own =
      authority === null || user !== undefined ? undefined : issueControllerCreds(authority);
    const login = { servers, user, pass, ca, creds: given ?? (await own) };
    return new NatsAccess(login, authority, workerServers);
  }
}

function authorityIn(file: string | null): NatsAuthority | null {
  const text = contentOf('NATS_AUTHORITY_FILE', file);
  if (text === undefined) return null;
  try {
    return parseNatsAuthority(text);
  } catch (cause) {
    const { message } = cause as Error;
    throw new ConfigError(`NATS_AUTHORITY_FILE: ${file} cannot be used: ${message}.`, { cause });
  }
}

function contentOf(name: string, file: string | null): string | undefined {
  if (file === null) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(`${name}: ${file} cannot be read.`, { cause });
  }
}

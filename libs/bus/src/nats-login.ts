/** How every NATS connection of Corral finds the server and gets in. */
import {
  AuthorizationError,
  credsAuthenticator,
  type ConnectionOptions,
} from '@nats-io/transport-node';

export interface NatsLogin {
  /** `nats://host:port`, several separated by commas. */
  servers: string;
  /** User and password, for a server that asks for them. */
  user?: string | undefined;
  pass?: string | undefined;
  /** The text of a `.creds` file, for a server in operator mode; before user and password. */
  creds?: string | undefined;
  /** Certificates (PEM) to trust in place of the system's; the connection is then encrypted. */
  ca?: string | undefined;
}

/** Each server's URL. */
export function serversOf({ servers }: NatsLogin): string[] {
  return servers.split(',').map((server) => server.trim());
}

/** Those of the client library's options that say where, and as whom. */
export function natsConnectionOptions(
  login: NatsLogin,
): Pick<ConnectionOptions, 'servers' | 'user' | 'pass' | 'authenticator' | 'tls'> {
  const { user, pass = '', creds, ca } = login;
  const servers = serversOf(login);
  const isEncrypted = ca !== undefined || servers.some((url) => url.startsWith('tls://'));
  return {
    servers,
    ...(creds !== undefined
      ? // The client wants the last line to end.
        { authenticator: credsAuthenticator(Buffer.from(`${creds.trim()}\n`)) }
      : user !== undefined
        ? { user, pass }
        : {}),
    ...(isEncrypted ? { tls: ca === undefined ? {} : { ca } } : {}),
  };
}

/** The server is there and does not let these credentials in: trying again would not help. */
export function isLoginRefused(fault: unknown): boolean {
  return fault instanceof AuthorizationError;
}

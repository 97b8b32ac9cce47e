/**
 * The configuration of a NATS server in operator mode: it lets in whom the authority has signed, and
 * keeps newer accounts (with revocations) that controllers push to it in a folder of its own. One
 * text for the server that Corral starts itself and for one that an administrator runs.
 */
import {
  JETSTREAM_DISK_BYTES,
  JETSTREAM_MEMORY_BYTES,
  subjectOf,
  type NatsAuthority,
} from './nats-authority.js';

export interface NatsServerSettings {
  /** `host:port`. */
  listen: string;
  /** Of the monitoring page, `host:port`; absent: none. */
  http?: string;
  /** JetStream's data. */
  storeDir: string;
  /** Where the server keeps accounts that were pushed to it. */
  accountsDir: string;
  /** Files, as the server sees them; absent: connections are not encrypted. */
  tls?: { cert: string; key: string; ca?: string | undefined } | undefined;
}

export function natsServerConfig(settings: NatsServerSettings, authority: NatsAuthority): string {
  const { operatorJwt, systemJwt, accountJwt } = authority;
  return `# Written by corral; changes are lost when it writes it again.
listen: ${quoted(settings.listen)}
${settings.http === undefined ? '' : `http: ${quoted(settings.http)}\n`}server_name: corral
max_payload: 8MB
max_pending: 64MB

jetstream {
  store_dir: ${quoted(settings.storeDir)}
  max_memory_store: ${JETSTREAM_MEMORY_BYTES}
  max_file_store: ${JETSTREAM_DISK_BYTES}
}
${tlsBlock(settings.tls)}
operator: ${quoted(operatorJwt)}
system_account: ${quoted(subjectOf(systemJwt))}
resolver {
  type: full
  dir: ${quoted(settings.accountsDir)}
  allow_delete: false
  interval: "2m"
}
# The server keeps what it has where that is newer.
resolver_preload {
  ${subjectOf(systemJwt)}: ${quoted(systemJwt)}
  ${subjectOf(accountJwt)}: ${quoted(accountJwt)}
}
`;
}

function tlsBlock(tls: NatsServerSettings['tls']): string {
  if (tls === undefined) return '';
  const ca = tls.ca === undefined ? '' : `  ca_file: ${quoted(tls.ca)}\n`;
  return `
tls {
  cert_file: ${quoted(tls.cert)}
  key_file: ${quoted(tls.key)}
${ca}}
`;
}

/** Forward slashes serve on Windows too, and need no escape. */
function quoted(text: string): string {
  return JSON.stringify(text.replaceAll('\\', '/'));
}

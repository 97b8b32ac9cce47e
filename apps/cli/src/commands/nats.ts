import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CliError, EXIT } from '../cli-error.js';
import { initNats } from '../nats/init-nats.js';
import { print } from './command-context.js';

interface InitFlags {
  listen: string;
  store?: string;
  tlsCert?: string;
  tlsKey?: string;
  tlsCa?: string;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  corral nats init /etc/corral-nats --store /var/lib/corral-nats
  corral nats init /etc/corral-nats --tls-cert server.crt --tls-key server.key --tls-ca ca.crt

Then start nats-server with --config DIR/nats-server.conf, and controllers with
NATS_AUTHORITY_FILE=DIR/nats-authority.json. Where TLS is on, give them NATS_CA_FILE too, and name
the server by a host name that is in its certificate, not by its address. Run again, this keeps the
keys and writes the configuration anew.`;

export function addNats(program: Command): void {
  program
    .command('nats')
    .description('the NATS server of a cluster')
    .command('init <dir>')
    .description('write the configuration and the keys of a NATS server that machines can join')
    .option('--listen <address>', 'where it listens', '0.0.0.0:4222')
    .option('--store <dir>', 'its data, as the server sees it (default: DIR/data)')
    .option('--tls-cert <file>', 'certificate, as the server sees it')
    .option('--tls-key <file>', 'key of the certificate')
    .option('--tls-ca <file>', 'who signed it')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (dir: string, flags: InitFlags) => {
      const written = await initNats(resolve(dir), { ...flags, tls: tlsOf(flags) });
      print(
        flags.json,
        written,
        `NATS server:  nats-server --config ${written.config}
Controllers:  NATS_AUTHORITY_FILE=${written.authority}${written.madeKeys ? '' : '\nThe keys that were there are kept.'}`,
      );
    });
}

function tlsOf({ tlsCert: cert, tlsKey: key, tlsCa: ca }: InitFlags) {
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return { cert, key, ca };
  throw new CliError('TLS needs both --tls-cert and --tls-key.', EXIT.usage);
}

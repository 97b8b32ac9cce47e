/**
 * Health of a worker's container: healthy while it is connected to its NATS server. A worker opens
 * no port of its own, so this is read from the kernel's list of TCP connections (see proc_net_tcp:
 * addresses are hexadecimal, state 01 is established).
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ESTABLISHED = '01';

/** As the worker has it: from its settings, else from what it got when it joined. */
function natsUrl() {
  const { CORRAL_NATS_URL, CORRAL_HOME } = process.env;
  if (CORRAL_NATS_URL) return CORRAL_NATS_URL;
  const file = join(CORRAL_HOME, 'worker', 'enrolment.json');
  return JSON.parse(readFileSync(file, 'utf8')).membership.natsUrl;
}

const port = Number(new URL(natsUrl().split(',')[0]).port || 4222);
const remotePort = port.toString(16).toUpperCase().padStart(4, '0');

const connected = ['/proc/net/tcp', '/proc/net/tcp6']
  .filter((file) => existsSync(file))
  .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n').slice(1))
  .map((line) => line.trim().split(/\s+/))
  .some(([, , remote, state]) => remote.endsWith(`:${remotePort}`) && state === ESTABLISHED);

process.exitCode = connected ? 0 : 1;

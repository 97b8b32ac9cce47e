/**
 * Health of a worker's container: healthy while it is connected to its NATS server. A worker opens
 * no port of its own, so this is read from the kernel's list of TCP connections (see proc_net_tcp:
 * addresses are hexadecimal, state 01 is established).
 */
import { existsSync, readFileSync } from 'node:fs';

const ESTABLISHED = '01';
const port = Number(new URL(process.env.CORRAL_NATS_URL.split(',')[0]).port || 4222);
const remotePort = port.toString(16).toUpperCase().padStart(4, '0');

const connected = ['/proc/net/tcp', '/proc/net/tcp6']
  .filter((file) => existsSync(file))
  .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n').slice(1))
  .map((line) => line.trim().split(/\s+/))
  .some(([, , remote, state]) => remote.endsWith(`:${remotePort}`) && state === ESTABLISHED);

process.exitCode = connected ? 0 : 1;

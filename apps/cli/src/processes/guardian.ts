/**
 * The guardian's work: it is told of every process that Corral starts, and when the line to
 * Corral breaks, ends those that are still there. A process that is killed with `kill -9` can do
 * nothing for its children any more, and PostgreSQL and NATS do not notice that it is gone.
 */
import { killGroup, processIdentity, signal, waitForEnd } from './process-identity.js';

export type GuardianMessage =
  { guard: { pid: number; stopSignal: NodeJS.Signals } } | { release: number };

const GRACE_MS = 5_000;

interface Guarded {
  identity: string | null;
  stopSignal: NodeJS.Signals;
}

/** Serves on this process's IPC channel until it closes. */
export function runGuardian(channel: NodeJS.Process): void {
  const guarded = new Map<number, Guarded>();
  channel.on('message', (message: GuardianMessage) => {
    if ('release' in message) guarded.delete(message.release);
    else {
      const { pid, stopSignal } = message.guard;
      guarded.set(pid, { identity: processIdentity(pid), stopSignal });
    }
  });
  channel.on('disconnect', () => {
    Promise.all([...guarded].map(([pid, entry]) => end(pid, entry))).then(
      () => channel.exit(0),
      () => channel.exit(1),
    );
  });
}

async function end(pid: number, { identity, stopSignal }: Guarded): Promise<void> {
  if (identity === null || processIdentity(pid) !== identity) return;
  signal(pid, stopSignal);
  if (!(await waitForEnd(pid, GRACE_MS))) killGroup(pid);
}

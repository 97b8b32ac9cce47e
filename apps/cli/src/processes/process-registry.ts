/**
 * Remembers which processes Corral has started, in two places: a file, by which the next start
 * finds what a `kill -9` of everything left behind, and the guardian, a tiny process of its own
 * that ends them within seconds when this process dies without having stopped them.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readFileIfAny, writePrivateFile } from '../home/private-file.js';
import type { GuardianMessage } from './guardian.js';
import type { ProcessRecords } from './supervised-process.js';
import { killGroup, processIdentity, signal, waitForEnd } from './process-identity.js';

const recordSchema = z.object({
  name: z.string(),
  pid: z.int().min(2),
  identity: z.string(),
  stopSignal: z.custom<NodeJS.Signals>((value) => typeof value === 'string'),
});
type ProcessRecord = z.infer<typeof recordSchema>;

const LEFTOVER_GRACE_MS = 5_000;

export class ProcessRegistry implements ProcessRecords {
  private readonly records = new Map<number, ProcessRecord>();
  private readonly guardian: ChildProcess;

  constructor(private readonly file: string) {
    this.guardian = fork(fileURLToPath(new URL('./guardian.main.js', import.meta.url)), [], {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
    });
    this.guardian.unref();
    this.guardian.channel?.unref();
    // Without it Corral still works; only a `kill -9` leaves more for the next start to clear up.
    this.guardian.on('error', () => this.guardian.removeAllListeners());
  }

  add(name: string, pid: number, stopSignal: NodeJS.Signals): void {
    const identity = processIdentity(pid);
    if (identity === null) return;
    this.records.set(pid, { name, pid, identity, stopSignal });
    this.save();
    this.tell({ guard: { pid, stopSignal } });
  }

  remove(pid: number): void {
    if (!this.records.delete(pid)) return;
    this.save();
    this.tell({ release: pid });
  }

  /** After everything has been stopped: the guardian goes too. */
  close(): void {
    rmSync(this.file, { force: true });
    if (this.guardian.connected) this.guardian.disconnect();
  }

  private save(): void {
    writePrivateFile(this.file, JSON.stringify([...this.records.values()]));
  }

  private tell(message: GuardianMessage): void {
    if (this.guardian.connected) this.guardian.send(message, () => undefined);
  }
}

/** Ends what an earlier run of this data folder left behind. Gives the names of what it ended. */
export async function stopLeftovers(file: string): Promise<string[]> {
  const found = recordsIn(file).filter(({ pid, identity }) => processIdentity(pid) === identity);
  await Promise.all(
    found.map(async ({ pid, stopSignal }) => {
      signal(pid, stopSignal);
      if (await waitForEnd(pid, LEFTOVER_GRACE_MS)) return;
      killGroup(pid);
      await waitForEnd(pid, LEFTOVER_GRACE_MS);
    }),
  );
  rmSync(file, { force: true });
  return found.map(({ name }) => name);
}

function recordsIn(file: string): ProcessRecord[] {
  const text = readFileIfAny(file);
  if (text === undefined) return [];
  const parsed = z.array(recordSchema).safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : [];
}

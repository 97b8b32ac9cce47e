/**
 * What a machine keeps of having joined a cluster: `enrolment.json` in the worker's folder, mode
 * 0600. The seed is made here and never leaves; it stays the same when the machine joins again.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const membershipSchema = z.object({
  /** NATS servers, separated by commas. */
  natsUrl: z.string().min(1),
  /** Credentials of NATS's own form: JWT and seed. */
  creds: z.string().min(1),
  /** Certificates (PEM) to trust; null: the system's. */
  ca: z.string().nullable(),
});
export type Membership = z.infer<typeof membershipSchema>;

const enrolmentSchema = z.object({
  seed: z.string().min(1),
  /** Null: it has not been let in yet. */
  membership: membershipSchema.nullable(),
});
export type Enrolment = z.infer<typeof enrolmentSchema>;

export function enrolmentFile(workerHome: string): string {
  return join(workerHome, 'enrolment.json');
}

/** Null when the machine has never tried to join. Throws when the file holds something else. */
export function readEnrolment(workerHome: string): Enrolment | null {
  const file = enrolmentFile(workerHome);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw fault;
  }
  try {
    return enrolmentSchema.parse(JSON.parse(text));
  } catch {
    throw new Error(`${file} cannot be read. Delete it and join the cluster again.`);
  }
}

/** Replaced whole: a crash leaves the old or the new one. */
export function saveEnrolment(workerHome: string, enrolment: Enrolment): void {
  mkdirSync(workerHome, { recursive: true, mode: 0o700 });
  const draft = `${enrolmentFile(workerHome)}.${process.pid}.new`;
  const file = openSync(draft, 'w', 0o600);
  try {
    writeSync(file, JSON.stringify(enrolment));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, enrolmentFile(workerHome));
}

/**
 * Which generation an engine's crash is put down to, so that one that ends every engine ends two at
 * most, and the others that were on board with it go on.
 *
 * 1. An engine crashes: everybody on board is a suspect.
 * 2. A suspect goes on trial: no two at the same time on one replica, until it has generated more than
 *    {@link TRIAL_TOKENS}. Its worker is told, since others may send to the same replica.
 * 3. An engine crashes with somebody on trial: that one it was, and nobody else. The worker says so.
 * 4. Whoever is blamed twice is refused.
 *
 * An engine that was killed from outside has not crashed: its worker says so, and nobody is a suspect.
 * Should the system kill it for the memory that a request takes, again and again, the number of
 * attempts that a generation may lose is the limit.
 *
 * Pure.
 */
import type { Failure } from '@corral/contracts';

export interface Suspect {
  generationId: string;
  /** Crashes that it is blamed for. */
  crashes: number;
}

const CRASHES_ALLOWED = 1;

/** The attempt was lost to this; is its generation blamed? */
export function isBlamed({ code }: Failure): boolean {
  return code === 'engine_crashed';
}

/** It is not put where another suspect is on trial. */
export function isSuspect({ crashes }: Suspect): boolean {
  return crashes > 0;
}

/** Null: it is tried again. */
export function quarantineOf({ crashes }: Suspect): Failure | null {
  if (crashes <= CRASHES_ALLOWED) return null;
  return {
    code: 'internal_error',
    message:
      'Two engines ended while working on this request, so it is not tried again. ' +
      "Change the request, or have an administrator look at the engines' logs.",
  };
}

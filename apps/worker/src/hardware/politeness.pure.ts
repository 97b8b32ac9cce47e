/**
 * When a polite node gives way to other use of the machine, and when it comes back. Pure.
 *
 * | the node  | it is to be polite, and others       | then       |
 * |-----------|--------------------------------------|------------|
 * | works     | use the machine for 5 s on end       | gives way  |
 * | gives way | have let go of it for 60 s on end    | works      |
 * | gives way | (it is to be polite no more)         | works      |
 *
 * Others use the machine when they
 *  - take more of a GPU's memory than 1 GiB or 10 % of it, whichever is less, or
 *  - keep a GPU busy for a fifth of the time or more, which is only known while no request is on
 *    board here, or
 *  - on a machine without a GPU: keep more than half of its cores busy.
 */
const GIB = 2 ** 30;

export const YIELD_AFTER_MS = 5_000;
export const RETURN_AFTER_MS = 60_000;

export interface GpuUse {
  deviceId: string;
  totalBytes: number;
  foreignBytes: number;
  /** Share of the time that others keep it busy, 0 to 1; null: not known. */
  busyShare: number | null;
}

export interface OtherUse {
  /** Empty: a machine without a GPU. */
  gpus: readonly GpuUse[];
  /** Cores' worth of time that others take; null: not known. */
  cores: number | null;
  /** That the machine has. */
  allCores: number;
}

/** What others do with the machine, as in "gives way to …"; null: nothing that matters. */
export function otherUseOf({ gpus, cores, allCores }: OtherUse): string | null {
  for (const { deviceId, totalBytes, foreignBytes, busyShare } of gpus) {
    if (foreignBytes > Math.min(GIB, totalBytes / 10)) {
      const [taken, total] = [foreignBytes, totalBytes].map((bytes) => (bytes / GIB).toFixed(1));
      return `other programs, which hold ${taken} of ${total} GiB of ${deviceId}`;
    }
    if (busyShare !== null && busyShare >= 0.2) {
      return `other programs, which keep ${deviceId} busy at ${Math.round(busyShare * 100)} %`;
    }
  }
  if (gpus.length > 0 || cores === null || cores <= allCores / 2) return null;
  return `other programs, which keep ${cores.toFixed(1)} of ${allCores} cores busy`;
}

export interface Politeness {
  /** What it gives way to; null: it works. */
  yieldsTo: string | null;
  /** Since when others are as they would have to be for a change; null: they are not. */
  turningSinceMs: number | null;
}

export const AT_WORK: Politeness = { yieldsTo: null, turningSinceMs: null };

export function nextPoliteness(
  was: Politeness,
  { isPolite, otherUse, nowMs }: { isPolite: boolean; otherUse: string | null; nowMs: number },
): Politeness {
  if (!isPolite) return AT_WORK;
  const { yieldsTo, turningSinceMs } = was;
  const turns = (yieldsTo === null) === (otherUse !== null);
  if (!turns) return { yieldsTo: otherUse ?? yieldsTo, turningSinceMs: null };
  const sinceMs = turningSinceMs ?? nowMs;
  const neededMs = yieldsTo === null ? YIELD_AFTER_MS : RETURN_AFTER_MS;
  if (nowMs - sinceMs < neededMs) return { yieldsTo, turningSinceMs: sinceMs };
  return { yieldsTo: otherUse, turningSinceMs: null };
}

/**
 * Whose memory of a device is used: Corral's engines', what the machine uses by itself, and what is
 * foreign (a game, another program). The machine's own use is the least that was seen while no engine
 * ran, from the worker's start on: so what runs before the worker starts counts as the machine's own
 * until it ends once. Pure.
 */
export interface MemoryLook {
  usedBytes: number;
  /** What the engines hold; null: not known while one of them loads. */
  ownBytes: number | null;
  /** No engine process is there. */
  isIdle: boolean;
}

export interface MemoryShares {
  ownBytes: number;
  /** 0 or more. */
  foreignBytes: number;
}

export class ForeignMemory {
  private baselineBytes: number | null = null;
  private last: MemoryShares = { ownBytes: 0, foreignBytes: 0 };

  /** While the engines' part is not known, the shares stay as they were. */
  shares({ usedBytes, ownBytes, isIdle }: MemoryLook): MemoryShares {
    if (ownBytes === null) return this.last;
    const notOwn = Math.max(0, usedBytes - ownBytes);
    if (this.baselineBytes === null) this.baselineBytes = notOwn;
    if (isIdle) this.baselineBytes = Math.min(this.baselineBytes, usedBytes);
    this.last = { ownBytes, foreignBytes: Math.max(0, notOwn - this.baselineBytes) };
    return this.last;
  }
}

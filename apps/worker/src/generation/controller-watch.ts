/**
 * Which controllers are alive. Each says so every second, and whatever else it sends counts as well;
 * the attempts of one that is silent for longer than a few seconds have no reader any more.
 */
const SILENCE_LIMIT_MS = 3_000;

export class ControllerWatch {
  private readonly heardAtMs = new Map<string, number>();

  heard(controllerId: string, nowMs: number): void {
    this.heardAtMs.set(controllerId, nowMs);
  }

  /** Nobody could be heard until now, so nobody has been silent. */
  hearingAgain(nowMs: number): void {
    for (const controllerId of this.heardAtMs.keys()) this.heard(controllerId, nowMs);
  }

  /** Those that had fallen silent by then, and not at an earlier call; they are forgotten. */
  takeSilent(asOfMs: number): Set<string> {
    const silent = new Set<string>();
    for (const [controllerId, heardAtMs] of this.heardAtMs) {
      if (asOfMs - heardAtMs <= SILENCE_LIMIT_MS) continue;
      silent.add(controllerId);
      this.heardAtMs.delete(controllerId);
    }
    return silent;
  }
}

/**
 * Looks after attempts that are out: one whose replica vanished is lost, one that has been silent is
 * asked for what is missing, and lost when its worker knows nothing of it. While the bus is away,
 * and shortly after, nothing can be known and nothing is lost.
 */
import type { Clock } from '../infra/clock.js';
import type { Attempts } from './attempts.port.js';
import type { LiveGeneration } from './live-generation.js';
import type { ReplicaDirectory } from './replica-directory.port.js';

/** A stream silent for this long is asked whether it is still there. */
const SILENCE_MS = 2_000;
/** After the bus came back, workers get this long to report before they count as vanished. */
const RECONNECT_GRACE_MS = 3_000;

export class AttemptWatch {
  private cutOffAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly attempts: Attempts,
    private readonly directory: ReplicaDirectory,
    private readonly clock: Clock,
    private readonly lose: (generationId: string, live: LiveGeneration) => void,
  ) {}

  /** To be called a few times a second. */
  sweep(generations: Iterable<[string, LiveGeneration]>): void {
    const nowMs = this.clock.monotonicMs();
    if (!this.attempts.isConnected) this.cutOffAtMs = nowMs;
    if (nowMs - this.cutOffAtMs < RECONNECT_GRACE_MS) return;
    const nodes = new Map<string, ReadonlySet<string>>();
    for (const [generationId, live] of generations) {
      const { replica } = live;
      if (replica === null || live.stopping !== null) continue;
      let there = nodes.get(replica.nodeId);
      if (there === undefined) {
        there = new Set(this.directory.replicasOf(replica.nodeId).map(runOf));
        nodes.set(replica.nodeId, there);
      }
      if (!there.has(runOf(replica))) this.lose(generationId, live);
      else if (nowMs - live.heardAtMs > SILENCE_MS) this.askAgain(generationId, live);
    }
  }

  /** Asks the worker for the next piece and all after it. */
  askAgain(generationId: string, live: LiveGeneration): void {
    const { replica, stream } = live;
    if (replica === null || live.asking) return;
    live.asking = true;
    live.heardAtMs = this.clock.monotonicMs();
    const { attempt } = stream;
    const settle = (isThere: boolean): void => {
      live.asking = false;
      if (!isThere && live.stream.attempt === attempt && live.replica !== null) {
        this.lose(generationId, live);
      }
    };
    this.attempts
      .resend(replica.nodeId, generationId, attempt, stream.nextIndex)
      .then(settle, () => settle(true));
  }
}

/** A replica in one run of its worker: what an attempt is on board of. */
function runOf({ replicaId, bootId }: { replicaId: string; bootId: string }): string {
  return `${replicaId}@${bootId}`;
}

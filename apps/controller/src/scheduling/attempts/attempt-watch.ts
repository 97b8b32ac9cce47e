/**
 * Looks after attempts that are out: one whose replica vanished is lost, one that has been silent is
 * asked for what is missing, and lost when its worker knows nothing of it. While the bus is away,
 * and shortly after, nothing can be known and nothing is lost.
 */
import type { Clock } from '../../infra/clock.js';
import type { Attempts } from './attempts.port.js';
import type { ActiveGeneration } from './active-generation.js';
import type { ReplicaDirectory } from '../replicas/replica-directory.port.js';
import type { ReplicaSnapshot } from '../replicas/replica-snapshot.pure.js';

/**
 * A stream silent for this long is asked whether it is still there, which a worker that is gone
 * shows at once: the bus knows of nobody to ask. One that has begun has its next token due; a long
 * prompt takes its time.
 */
const SILENCE_MS = { writing: 500, beginning: 2_000 };
/** A stream silent for this long on a node that is silent as well goes elsewhere, if it can. */
const SUSPECT_SILENCE_MS = 2_000;
/** After the bus came back, workers get this long to report before they count as vanished. */
const RECONNECT_GRACE_MS = 3_000;

interface Consequences {
  /** Whether another replica of the deployment could take its streams. */
  canMove(deployment: string): boolean;
  lose(generationId: string, live: ActiveGeneration): void;
}

export class AttemptWatch {
  private cutOffAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly attempts: Attempts,
    private readonly directory: ReplicaDirectory,
    private readonly clock: Clock,
    private readonly then: Consequences,
  ) {}

  /** To be called a few times a second. */
  sweep(generations: Iterable<[string, ActiveGeneration]>): void {
    const nowMs = this.clock.monotonicMs();
    if (!this.attempts.isConnected) this.cutOffAtMs = nowMs;
    if (nowMs - this.cutOffAtMs < RECONNECT_GRACE_MS) return;
    const nodes = new Map<string, ReadonlyMap<string, ReplicaSnapshot>>();
    for (const [generationId, live] of generations) {
      const { replica } = live;
      if (replica === null || live.stopping !== null) continue;
      let there = nodes.get(replica.nodeId);
      if (there === undefined) {
        const replicas = this.directory.replicasOf(replica.nodeId);
        there = new Map(replicas.map((one) => [runOf(one), one]));
        nodes.set(replica.nodeId, there);
      }
      const current = there.get(runOf(replica));
      const silentMs = nowMs - live.heardAtMs;
      if (current === undefined || this.goesElsewhere(current, silentMs)) {
        this.then.lose(generationId, live);
      } else if (Math.min(silentMs, nowMs - live.askedAtMs) > silenceLimitMs(live)) {
        this.askAgain(generationId, live);
      }
    }
  }

  /** Asks the worker for the next piece and all after it. */
  askAgain(generationId: string, live: ActiveGeneration): void {
    const { replica, stream } = live;
    if (replica === null || live.asking) return;
    live.asking = true;
    live.askedAtMs = this.clock.monotonicMs();
    const { attempt } = stream;
    const settle = (isThere: boolean): void => {
      live.asking = false;
      if (!isThere && live.stream.attempt === attempt && live.replica !== null) {
        this.then.lose(generationId, live);
      }
    };
    this.attempts
      .resend(replica.nodeId, generationId, attempt, stream.nextIndex)
      .then(settle, () => settle(true));
  }

  private goesElsewhere({ suspect, deployment }: ReplicaSnapshot, silentMs: number): boolean {
    return suspect && silentMs > SUSPECT_SILENCE_MS && this.then.canMove(deployment);
  }
}

function silenceLimitMs({ stream }: ActiveGeneration): number {
  return stream.nextIndex > stream.inheritedTokens ? SILENCE_MS.writing : SILENCE_MS.beginning;
}

/** A replica in one run of its worker: what an attempt is on board of. */
function runOf({ replicaId, bootId }: { replicaId: string; bootId: string }): string {
  return `${replicaId}@${bootId}`;
}

/**
 * What models take with a spec: asked once of a node that has the file, and kept, since neither a
 * file nor a revision ever changes. One question at a time: each is a process of seconds there.
 */
import { Injectable, Logger } from '@nestjs/common';
import type { ModelEstimate, ReplicaSpec } from '@corral/contracts';
import { FailureException } from '../../common/failure-exception.pure.js';
import { Clock } from '../../infra/clock.js';
import { NodeCommandsService } from '../../nodes/node-commands.service.js';
import { NodesService } from '../../nodes/nodes.service.js';

/** The engine's program has 30 s. */
const ANSWER_TIMEOUT_MS = 35_000;
const RETRY_AFTER_MS = 5_000;
/** A refusal is the file's or the spec's fault, but a newer engine may think otherwise. */
const RETRY_REFUSED_AFTER_MS = 10 * 60_000;
/** Specs of models; the oldest are asked again when they are needed. */
const MAX_KEPT = 1_000;

export type EstimateState =
  | { known: true; estimate: ModelEstimate }
  /** A sentence: it is being measured, or why it cannot be. `refused`: by each node that has it. */
  | { known: false; reason: string; refused: boolean };

type Entry =
  | { estimate: ModelEstimate }
  | { asking: Promise<void>; reason: string }
  | { reason: string; retryAtMs: number; refusals: number; refused: boolean };

@Injectable()
export class EstimatesService {
  private readonly logger = new Logger(EstimatesService.name);
  private readonly entries = new Map<string, Entry>();
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly nodes: NodesService,
    private readonly commands: NodeCommandsService,
    private readonly clock: Clock,
  ) {}

  /** What is known now; asks where nothing is. */
  of(digest: string, spec: ReplicaSpec): EstimateState {
    const entry = this.entryOf(digest, spec);
    if ('estimate' in entry) return { known: true, estimate: entry.estimate };
    return { known: false, reason: entry.reason, refused: 'refused' in entry && entry.refused };
  }

  /** Waits for the answer, when one is awaited. */
  async settled(digest: string, spec: ReplicaSpec): Promise<EstimateState> {
    const entry = this.entryOf(digest, spec);
    if ('asking' in entry) await entry.asking;
    return this.of(digest, spec);
  }

  private entryOf(digest: string, spec: ReplicaSpec): Entry {
    const key = keyOf(digest, spec);
    const known = this.entries.get(key);
    const isDue =
      known === undefined || ('retryAtMs' in known && known.retryAtMs <= this.clock.monotonicMs());
    if (!isDue) return known;
    const refusals = known !== undefined && 'refusals' in known ? known.refusals : 0;
    const asking = this.last.then(() => this.ask(key, digest, spec, refusals));
    this.last = asking;
    const reason = known !== undefined && 'reason' in known ? known.reason : MEASURING;
    return this.keep(key, { asking, reason });
  }

  /** Never rejects: what goes wrong is the entry's reason. */
  private async ask(
    key: string,
    digest: string,
    spec: ReplicaSpec,
    refusals: number,
  ): Promise<void> {
    const holders = this.holdersOf(digest);
    const node = holders[refusals % Math.max(1, holders.length)];
    if (node === undefined) {
      return this.retry(key, NO_HOLDER, refusals);
    }
    try {
      const op = { op: 'estimate_model' as const, digest, spec };
      const { estimate } = await this.commands.op(node.nodeId, op, ANSWER_TIMEOUT_MS);
      if (estimate !== undefined) this.keep(key, { estimate });
      else this.retry(key, `Node ${node.name} does not tell what it needs.`, refusals + 1);
    } catch (error) {
      const isRefused =
        error instanceof FailureException && error.failure.code === 'invalid_request';
      const why = error instanceof FailureException ? error.failure.message : String(error);
      this.logger.warn({ estimate: digest, node: node.nodeId, reason: why });
      // The file may be damaged on this node alone.
      if (isRefused && refusals + 1 >= holders.length) return this.refuse(key, why, refusals + 1);
      const reason = `${MEASURING} Node ${node.name} could not tell it yet: ${why}`;
      this.retry(key, reason, refusals + 1);
    }
  }

  private retry(key: string, reason: string, refusals: number): void {
    const retryAtMs = this.clock.monotonicMs() + RETRY_AFTER_MS;
    this.keep(key, { reason, refusals, retryAtMs, refused: false });
  }

  private refuse(key: string, reason: string, refusals: number): void {
    const retryAtMs = this.clock.monotonicMs() + RETRY_REFUSED_AFTER_MS;
    this.keep(key, { reason, refusals, retryAtMs, refused: true });
  }

  /** Nodes that answer and have the file, those with a GPU first: they tell its part exactly. */
  private holdersOf(digest: string): { nodeId: string; name: string }[] {
    const hasGpu = ({ kind }: { kind: string }): boolean => kind !== 'cpu';
    return this.nodes
      .observed()
      .filter(
        ({ state, heartbeat }) =>
          state === 'ready' &&
          heartbeat.models.some((model) => model.digest === digest && model.state === 'ready'),
      )
      .map(({ heartbeat }) => heartbeat)
      .sort((a, b) => Number(b.devices.some(hasGpu)) - Number(a.devices.some(hasGpu)));
  }

  private keep(key: string, entry: Entry): Entry {
    this.entries.delete(key);
    this.entries.set(key, entry);
    const [oldest] = this.entries.keys();
    if (this.entries.size > MAX_KEPT && oldest !== undefined) this.entries.delete(oldest);
    return entry;
  }
}

const MEASURING = 'What it needs of memory is being measured.';
const NO_HOLDER =
  'What it needs of memory cannot be measured: no node that can be reached has the model file.';

/** What the estimate depends on, and nothing else. */
function keyOf(digest: string, spec: ReplicaSpec): string {
  const { slots, contextTokens, batchTokens, flashAttention, kvCacheType } = spec;
  return JSON.stringify([digest, slots, contextTokens, batchTokens, flashAttention, kvCacheType]);
}

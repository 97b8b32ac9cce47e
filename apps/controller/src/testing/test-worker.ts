/**
 * A worker as the controller sees one: heartbeats, lists of assignments, orders. It speaks through
 * Nest's NATS transport, as the real one does; it runs nothing.
 */
import { ClientNats } from '@nestjs/microservices';
import { connectBus, type Bus } from '@corral/bus';
import {
  assignCommandSchema,
  nodeOpSchema,
  nodeSubject,
  replicaSpecSchema,
  type AssignCommand,
  type Heartbeat,
  type ModelEstimate,
  type NodeOp,
  type NodeOpReply,
  type ObservedReplica,
  type ReplicaState,
} from '@corral/contracts';
import { lastValueFrom } from 'rxjs';
import { z } from 'zod';
import { heartbeatOf, MODEL_DIGEST, SMALL_ESTIMATE } from './heartbeats.js';

/** What Nest puts around events and requests on the wire. */
const assignEvent = z.object({ data: assignCommandSchema });
const opExchange = {
  request: z.object({ id: z.string(), data: nodeOpSchema }),
  reply: z.unknown(),
};

export class TestWorker {
  readonly assigned: AssignCommand[] = [];
  readonly ops: NodeOp[] = [];
  answer: NodeOpReply = { ok: true };
  /** What it says that any model takes; such questions are not among `ops`. */
  estimate: ModelEstimate = SMALL_ESTIMATE;
  heartbeat: Heartbeat;
  private timer: NodeJS.Timeout | null = null;

  private constructor(
    readonly nodeId: string,
    private readonly client: ClientNats,
    private readonly bus: Bus,
  ) {
    this.heartbeat = heartbeatOf(nodeId);
  }

  /** Reports ten times a second until it is silenced. */
  static async join(natsUrl: string, nodeId: string): Promise<TestWorker> {
    const client = new ClientNats({ servers: natsUrl });
    await client.connect();
    const bus = await connectBus({ servers: natsUrl, name: nodeId });
    const worker = new TestWorker(nodeId, client, bus);
    worker.listen();
    await bus.flush();
    worker.timer = setInterval(() => void worker.report(), 100);
    return worker;
  }

  /** Sends one heartbeat, with what has changed. */
  async report(change: Partial<Heartbeat> = {}): Promise<void> {
    this.heartbeat = {
      ...this.heartbeat,
      ...change,
      sequence: this.heartbeat.sequence + 1,
    };
    await lastValueFrom(this.client.emit(nodeSubject('heartbeat', this.nodeId), this.heartbeat), {
      defaultValue: undefined,
    });
  }

  /** Takes the last list over, with every replica in that state, and says so. */
  async carryOut(state: ReplicaState = 'ready'): Promise<void> {
    const last = this.assigned.at(-1);
    if (last === undefined) throw new Error('nothing was assigned');
    const replicas = last.assignments.map((assignment) => observedReplica(assignment, state));
    await this.report({ assignmentGeneration: last.generation, replicas });
  }

  silence(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  async leave(): Promise<void> {
    this.silence();
    await this.client.close();
    await this.bus.close();
  }

  private listen(): void {
    this.bus.subscribe(nodeSubject('assign', this.nodeId), assignEvent, ({ data }) => {
      this.assigned.push(data);
    });
    this.bus.serve(nodeSubject('op', this.nodeId), opExchange, ({ id, data }) => {
      if (data.op === 'estimate_model') {
        return { id, response: { ok: true, estimate: this.estimate }, isDisposed: true };
      }
      this.ops.push(data);
      return { id, response: this.answer, isDisposed: true };
    });
  }
}

/** A replica of four slots, as a heartbeat reports it. */
export function readyReplica(
  deployment: string,
  replicaId: string,
  change: Partial<ObservedReplica> = {},
): ObservedReplica {
  const spec = replicaSpecSchema.parse({});
  const assignment = { replicaId, deployment, revisionId: `${deployment}-r1`, spec };
  return {
    ...observedReplica({ ...assignment, modelDigest: MODEL_DIGEST, deviceIds: [] }, 'ready'),
    ...change,
  };
}

/** A replica of an assignment as a worker reports it. */
export function observedReplica(
  { spec, ...assignment }: AssignCommand['assignments'][number],
  state: ReplicaState,
): ObservedReplica {
  const isReady = state === 'ready';
  return {
    ...assignment,
    state,
    progress: null,
    failure: null,
    retryInMs: null,
    restarts: 0,
    slots: isReady ? spec.slots : 0,
    activeSlots: 0,
    queued: 0,
    contextTokens: isReady ? (spec.contextTokens ?? 8_192) : 0,
    memoryBytes: 0,
    enginePid: null,
    engineApi: isReady ? 'native' : null,
    threads: isReady ? 1 : null,
    stats: null,
  };
}

/**
 * A controller as a worker sees one: assigns, asks, sends attempts, collects frames and heartbeats.
 * Control plane through Nest's client, data plane through the bus, as the real one does it.
 */
import { Logger } from '@nestjs/common';
import { ClientNats } from '@nestjs/microservices';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { connectBus, natsConnectionOptions, type Bus, type NatsLogin } from '@corral/bus';
import {
  ALL_HEARTBEATS,
  assignCommandSchema,
  attemptCommandSchema,
  attemptReplySchema,
  cancelCommandSchema,
  controllerAliveSchema,
  controllerSubject,
  frameSchema,
  GREEDY_SAMPLING,
  heartbeatSchema,
  nodeOpReplySchema,
  nodeSubject,
  replicaSpecSchema,
  resendCommandSchema,
  resendReplySchema,
  workerSubject,
  type Assignment,
  type AttemptReply,
  type Finish,
  type FrameStream,
  type GenerationRequest,
  type Heartbeat,
  type NeededFile,
  type NodeOp,
  type NodeOpReply,
  type ObservedReplica,
  type ReplicaSpec,
} from '@corral/contracts';
import { firstValueFrom } from 'rxjs';
import { z } from 'zod';

/** What Nest puts around an event on the wire. */
const heartbeatEvent = z.object({ data: heartbeatSchema });

/** What has come of one attempt, pieces in their order of arrival. */
export interface ReceivedStream {
  pieces: FrameStream[];
  tokens: number[];
  text: string;
  finish: Finish | null;
}

export class TestController {
  readonly heartbeats: Heartbeat[] = [];
  frames = 0;
  private readonly streams = new Map<string, ReceivedStream>();
  private generation = 0;
  private aliveTimer: NodeJS.Timeout | null = null;

  private constructor(
    readonly id: string,
    readonly bus: Bus,
    private readonly control: ClientNats,
    private readonly observer: NatsConnection,
  ) {}

  /** `login`: as the server asks for it. */
  static async connect(
    url: string,
    id: string,
    login: Omit<NatsLogin, 'servers'> = {},
  ): Promise<TestController> {
    Logger.overrideLogger(false);
    const bus = await connectBus({ servers: url, name: id, ...login });
    const options = natsConnectionOptions({ servers: url, ...login });
    const control = new ClientNats({ ...options, name: `${id}-control` });
    await control.connect();
    const observer = await connect(options);
    const controller = new TestController(id, bus, control, observer);
    controller.listen();
    await bus.flush();
    await observer.flush();
    return controller;
  }

  get lastHeartbeat(): Heartbeat | null {
    return this.heartbeats.at(-1) ?? null;
  }

  replica(replicaId: string): ObservedReplica | null {
    return this.lastHeartbeat?.replicas.find((one) => one.replicaId === replicaId) ?? null;
  }

  /** `files`: what the node lacks, and where it is to be had. */
  async assign(
    nodeId: string,
    assignments: Assignment[],
    files: NeededFile[] = [],
    polite = false,
  ): Promise<number> {
    this.generation += 1;
    const { generation } = this;
    const command = assignCommandSchema.parse({ generation, assignments, files, polite });
    await firstValueFrom(this.control.emit(nodeSubject('assign', nodeId), command), {
      defaultValue: undefined,
    });
    return this.generation;
  }

  async op(nodeId: string, op: NodeOp | object): Promise<NodeOpReply> {
    const reply: unknown = await firstValueFrom(this.control.send(nodeSubject('op', nodeId), op));
    return nodeOpReplySchema.parse(reply);
  }

  async generate(
    nodeId: string,
    attempt: { generationId: string; replicaId: string; attempt?: number },
    request: GenerationRequest,
  ): Promise<AttemptReply['outcome']> {
    const reply = await this.bus.request(
      workerSubject.generate(nodeId),
      { request: attemptCommandSchema, reply: attemptReplySchema },
      { controllerId: this.id, attempt: 1, remainingMs: null, ...attempt, request },
      { timeoutMs: 2_000 },
    );
    return reply.outcome;
  }

  cancel(nodeId: string, generationId: string, attempt = 1): void {
    const command = { generationId, attempt };
    this.bus.publish(workerSubject.cancel(nodeId), cancelCommandSchema, command);
  }

  async resend(nodeId: string, generationId: string, fromIndex: number): Promise<string> {
    const reply = await this.bus.request(
      workerSubject.resend(nodeId),
      { request: resendCommandSchema, reply: resendReplySchema },
      { controllerId: this.id, generationId, attempt: 1, fromIndex },
      { timeoutMs: 2_000 },
    );
    return reply.outcome;
  }

  stream(generationId: string, attempt = 1): ReceivedStream {
    const key = `${generationId}#${attempt}`;
    const known = this.streams.get(key);
    if (known !== undefined) return known;
    const stream: ReceivedStream = { pieces: [], tokens: [], text: '', finish: null };
    this.streams.set(key, stream);
    return stream;
  }

  /** Stops its signs of life; it still listens. */
  fallSilent(): void {
    if (this.aliveTimer !== null) clearInterval(this.aliveTimer);
  }

  async close(): Promise<void> {
    this.fallSilent();
    await this.control.close();
    await this.observer.close();
    await this.bus.close();
  }

  private listen(): void {
    this.bus.subscribe(controllerSubject.frames(this.id, '*'), frameSchema, ({ streams }) => {
      this.frames += 1;
      for (const piece of streams) this.receive(piece);
    });
    this.observer.subscribe(ALL_HEARTBEATS, {
      callback: (_fault, message) => {
        this.heartbeats.push(heartbeatEvent.parse(message.json()).data);
      },
    });
    const sayAlive = () =>
      this.bus.publish(controllerSubject.alive(this.id), controllerAliveSchema, {
        controllerId: this.id,
      });
    this.aliveTimer = setInterval(sayAlive, 1_000);
  }

  private receive(piece: FrameStream): void {
    const stream = this.stream(piece.generationId, piece.attempt);
    stream.pieces.push(piece);
    stream.tokens.push(...piece.tokens);
    stream.text += piece.text;
    stream.finish ??= piece.finish ?? null;
  }
}

export function spec(change: Partial<ReplicaSpec> = {}): ReplicaSpec {
  return replicaSpecSchema.parse(change);
}

export function request(text: string, change: Partial<GenerationRequest> = {}): GenerationRequest {
  return {
    prompt: { kind: 'text', text },
    sampling: GREEDY_SAMPLING,
    stop: [],
    maxTokens: 20,
    topLogprobs: null,
    cacheScope: 'spec',
    acceptedTokens: [],
    ...change,
  };
}

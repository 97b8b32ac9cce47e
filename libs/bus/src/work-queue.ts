/**
 * A JetStream work queue: messages stay on the server's disk until somebody has dealt with them.
 * Everybody who consumes shares one durable consumer, so each message goes to one of them; one that
 * is not dealt with comes again, so it may come twice.
 *
 * Messages come in batches: whatever has gathered while the last batch was dealt with. What is
 * taken and not dealt with is bounded, so a store that is away costs no memory here.
 */
import {
  AckPolicy,
  DiscardPolicy,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type ConsumerMessages,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { z } from 'zod';
import { decode } from './decode.js';

export interface WorkQueueOptions<Payload> {
  stream: string;
  subjects: string[];
  /** Name of the shared consumer. */
  consumer: string;
  /** On the server's disk; when it is full, `publishDurable` fails. */
  maxBytes: number;
  /** Within it, a second message with the same id is dropped by the server. */
  dedupeMs: number;
  /** How long a batch gathers after its first message, so that fewer are dealt with. Default: 0. */
  gatherMs?: number;
  /** Whether that may come on this subject; what may not is dropped. Default: anything may. */
  accepts?: (payload: Payload, subject: string) => boolean;
}

/** Taken and not dealt with, at most, over all consumers. */
export const MAX_PENDING = 4_000;
const MAX_BATCH = 1_000;
/** A consumer that dies keeps its messages from the others for so long. */
const ACK_WAIT_MS = 15_000;
/** After a batch that could not be dealt with. */
const TRY_AGAIN_MS = 1_000;
/** A pull lives so long on the server; half of it without a sign of life, and it is made anew. */
const PULL_MS = 4_000;
const NANOSECONDS = 1_000_000;

export class WorkQueue<S extends z.ZodType> {
  private gathered: JsMsg[] = [];
  private messages: ConsumerMessages | null = null;
  private stopped = false;
  private wake: () => void = () => undefined;
  private ended: Promise<void> = Promise.resolve();

  private constructor(
    private readonly manager: JetStreamManager,
    private readonly schema: S,
    private readonly options: WorkQueueOptions<z.output<S>>,
    private readonly onInvalid: (subject: string, reason: string) => void,
  ) {}

  /** Makes stream and consumer where they are missing. Throws when JetStream is off or full. */
  static async open<S extends z.ZodType>(
    connection: NatsConnection,
    schema: S,
    options: WorkQueueOptions<z.output<S>>,
    onInvalid: (subject: string, reason: string) => void,
  ): Promise<WorkQueue<S>> {
    const manager = await jetstreamManager(connection);
    const queue = new WorkQueue(manager, schema, options, onInvalid);
    await queue.make();
    return queue;
  }

  /** Messages that nobody has dealt with yet. Throws while the server is away. */
  async waiting(): Promise<number> {
    const { stream, consumer } = this.options;
    const info = await this.manager.consumers.info(stream, consumer);
    return info.num_pending + info.num_ack_pending;
  }

  /**
   * Hands over batches, one at a time, until {@link stop}. A batch whose handler throws comes again
   * a little later. What does not fit the schema is reported and dropped: it never will.
   */
  async consume(handler: (batch: z.output<S>[]) => Promise<void>): Promise<void> {
    const { stream, consumer } = this.options;
    const source = await this.manager.jetstream().consumers.get(stream, consumer);
    this.messages = await source.consume({
      max_messages: MAX_BATCH,
      expires: PULL_MS,
      callback: (message) => {
        this.gathered.push(message);
        this.wake();
      },
    });
    void this.makeAgainWhenLost(this.messages);
    this.ended = this.run(handler);
  }

  /** Ends after the batch at hand; the rest goes to other consumers. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    this.messages?.stop();
    await this.ended;
  }

  private async make(): Promise<void> {
    const { stream, subjects, consumer, maxBytes, dedupeMs } = this.options;
    await this.manager.streams.add({
      name: stream,
      subjects,
      retention: RetentionPolicy.Workqueue,
      storage: StorageType.File,
      discard: DiscardPolicy.New,
      max_bytes: maxBytes,
      duplicate_window: dedupeMs * NANOSECONDS,
    });
    await this.manager.consumers.add(stream, {
      durable_name: consumer,
      ack_policy: AckPolicy.Explicit,
      ack_wait: ACK_WAIT_MS * NANOSECONDS,
      max_ack_pending: MAX_PENDING,
      max_deliver: -1,
    });
  }

  /** The server may come back without what it had: a disk that was replaced, a stream deleted. */
  private async makeAgainWhenLost(messages: ConsumerMessages): Promise<void> {
    for await (const { type } of messages.status()) {
      if (type !== 'stream_not_found' && type !== 'consumer_not_found') continue;
      // It is told again with the next pull.
      if (!this.stopped) await this.make().catch(() => undefined);
    }
  }

  private async run(handler: (batch: z.output<S>[]) => Promise<void>): Promise<void> {
    while (!this.stopped) {
      if (this.gathered.length === 0) {
        await new Promise<void>((resolve) => (this.wake = resolve));
        continue;
      }
      await this.gather();
      const taken = this.gathered.splice(0, MAX_BATCH);
      const fitting = taken.flatMap((message) => this.parse(message));
      try {
        if (fitting.length > 0) await handler(fitting.map(({ value }) => value));
        for (const { message } of fitting) message.ack();
      } catch {
        // The handler has said why. What gathered meanwhile goes back too: the server sends again
        // what it has waited for too long, and both would pile up here.
        for (const { message } of fitting) message.nak(TRY_AGAIN_MS);
        for (const message of this.gathered.splice(0)) message.nak(TRY_AGAIN_MS);
      }
    }
    for (const message of this.gathered) message.nak();
  }

  /** Resolves after `gatherMs`, and earlier when a batch is full or this ends. */
  private async gather(): Promise<void> {
    const { gatherMs = 0 } = this.options;
    if (gatherMs === 0 || this.gathered.length >= MAX_BATCH) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, gatherMs);
      this.wake = () => {
        if (this.gathered.length < MAX_BATCH && !this.stopped) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private parse(message: JsMsg): { message: JsMsg; value: z.output<S> }[] {
    const parsed = decode(this.schema, message);
    const accepted = !parsed.ok || (this.options.accepts?.(parsed.value, message.subject) ?? true);
    if (parsed.ok && accepted) return [{ message, value: parsed.value }];
    const reason = parsed.ok ? 'it may not come on this subject' : parsed.reason;
    this.onInvalid(message.subject, reason);
    message.term();
    return [];
  }
}

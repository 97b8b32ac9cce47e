/**
 * Typed messages over NATS: the data plane of Corral, and what controllers tell each other.
 *
 * Every payload is JSON, parsed by its zod schema where it arrives; the sender's type is checked
 * by the compiler. Subscriptions use callbacks, and one multiplexed inbox serves all requests,
 * since a subscription per request costs a round trip and an allocation on the hot path
 * (`noAsyncTraces` likewise: a stack trace per request was the largest single cost measured).
 *
 * Core NATS delivers at most once. Whoever needs more numbers its messages and asks again.
 */
import { jetstream, JetStreamApiError, JetStreamError } from '@nats-io/jetstream';
import {
  connect,
  NoRespondersError,
  RequestError,
  TimeoutError,
  type ConnectionOptions,
  type Msg,
  type NatsConnection,
} from '@nats-io/transport-node';
import type { z } from 'zod';
import { BusError } from './bus-error.js';
import { decode } from './decode.js';
import { LastValues, type LastValuesOptions } from './last-values.js';
import { natsConnectionOptions, serversOf, type NatsLogin } from './nats-login.js';
import { allRefuse } from './refused.js';
import { WorkQueue, type WorkQueueOptions } from './work-queue.js';

/** `reconnecting` repeats with each try. */
export type BusStatus = 'connected' | 'disconnected' | 'reconnecting' | 'closed';

export interface BusOptions extends NatsLogin {
  /** Shown in the server's connection list. */
  name: string;
  /** Subject prefix of the reply inbox, so that permissions can be narrow. Default: `_INBOX`. */
  inboxPrefix?: string;
  /** Called with each message that did not fit its schema. Default: it is only counted. */
  onInvalid?: (subject: string, reason: string) => void;
}

export interface BusSubscription {
  unsubscribe(): void;
}

interface Exchange<Request extends z.ZodType, Reply extends z.ZodType> {
  request: Request;
  reply: Reply;
}

export class Bus {
  /** Messages dropped because they did not fit their schema. */
  invalidMessages = 0;

  private connected = true;
  private readonly durable;
  private readonly statusListeners: ((status: BusStatus) => void)[] = [];

  constructor(
    private readonly connection: NatsConnection,
    private readonly options: BusOptions,
  ) {
    this.durable = jetstream(connection);
    this.followStatus().catch(() => this.tell('closed'));
  }

  /** Largest payload in bytes that the server takes. */
  get maxPayloadBytes(): number {
    return this.connection.info?.max_payload ?? 1_048_576;
  }

  /** False while the server is away; publishing meanwhile is buffered by the client. */
  get isConnected(): boolean {
    return this.connected && !this.connection.isClosed();
  }

  /**
   * Whether every server that it was told of refuses connections right now, see {@link allRefuse}:
   * then they are gone for everybody, while silence may be this machine's own.
   */
  isRefused(timeoutMs: number): Promise<boolean> {
    return allRefuse(serversOf(this.options), timeoutMs);
  }

  /** Sends and forgets. Throws {@link BusError} `too_large` or `closed`. */
  publish<S extends z.ZodType>(subject: string, _schema: S, payload: z.input<S>): void {
    const data = this.encode(subject, payload);
    if (this.connection.isClosed()) throw new BusError('closed', 'The bus is closed.');
    this.connection.publish(subject, data);
  }

  /**
   * Sends, and resolves when a JetStream stream has it. The same `id` within the stream's window is
   * kept once. Throws {@link BusError}: after any of them the message may be there all the same.
   */
  async publishDurable<S extends z.ZodType>(
    subject: string,
    _schema: S,
    payload: z.input<S>,
    { id, timeoutMs = 5_000 }: { id: string; timeoutMs?: number },
  ): Promise<void> {
    const data = this.encode(subject, payload);
    try {
      await this.durable.publish(subject, data, { msgID: id, timeout: timeoutMs, retries: 0 });
    } catch (error) {
      if (error instanceof JetStreamApiError || error instanceof JetStreamError) {
        throw new BusError('refused', `${subject}: ${error.message}`, { cause: error });
      }
      throw requestFailure(subject, error);
    }
  }

  /** A JetStream work queue with its one shared consumer; made where it is not there yet. */
  workQueue<S extends z.ZodType>(
    schema: S,
    options: WorkQueueOptions<z.output<S>>,
  ): Promise<WorkQueue<S>> {
    const invalid = (subject: string, reason: string): void => this.refuse(subject, reason);
    return WorkQueue.open(this.connection, schema, options, invalid);
  }

  /** The latest word on each subject, see {@link LastValues}; made anew each time the bus is back. */
  async lastValues<S extends z.ZodType>(
    schema: S,
    options: LastValuesOptions,
  ): Promise<LastValues<S>> {
    const invalid = (subject: string, reason: string): void => this.refuse(subject, reason);
    const values = new LastValues(this.connection, schema, options, invalid);
    await values.make();
    this.onStatus((status) => {
      // Should that fail, the connection was lost again, and comes back again.
      if (status === 'connected') values.make().catch(() => undefined);
    });
    return values;
  }

  /** Sends and waits for one answer, `timeoutMs` at most. Throws {@link BusError}. */
  async request<Request extends z.ZodType, Reply extends z.ZodType>(
    subject: string,
    exchange: Exchange<Request, Reply>,
    payload: z.input<Request>,
    { timeoutMs }: { timeoutMs: number },
  ): Promise<z.output<Reply>> {
    const data = this.encode(subject, payload);
    let message: Msg;
    try {
      message = await this.connection.request(subject, data, { timeout: timeoutMs });
    } catch (error) {
      throw requestFailure(subject, error);
    }
    const reply = decode(exchange.reply, message);
    if (!reply.ok) {
      this.refuse(subject, reply.reason);
      throw new BusError('invalid', `The answer on ${subject} does not fit: ${reply.reason}`);
    }
    return reply.value;
  }

  /** Calls `listener` with each payload that fits; the others are counted and reported. */
  subscribe<S extends z.ZodType>(
    subject: string,
    schema: S,
    listener: (payload: z.output<S>, subject: string) => void,
  ): BusSubscription {
    return this.connection.subscribe(subject, {
      callback: (error, message) => {
        if (error) return this.refuse(subject, error.message);
        const payload = decode(schema, message);
        if (payload.ok) listener(payload.value, message.subject);
        else this.refuse(message.subject, payload.reason);
      },
    });
  }

  /**
   * Answers requests. A handler that throws, or a request that does not fit, leaves the asker to
   * its time-out: expected refusals are answers, so neither happens between matching versions.
   */
  serve<Request extends z.ZodType, Reply extends z.ZodType>(
    subject: string,
    exchange: Exchange<Request, Reply>,
    handler: (payload: z.output<Request>) => z.input<Reply> | Promise<z.input<Reply>>,
  ): BusSubscription {
    const answer = async (message: Msg): Promise<void> => {
      const payload = decode(exchange.request, message);
      if (!payload.ok) return this.refuse(message.subject, payload.reason);
      const reply = await handler(payload.value);
      if (!this.connection.isClosed()) message.respond(this.encode(message.subject, reply));
    };
    return this.connection.subscribe(subject, {
      callback: (error, message) => {
        if (error) return this.refuse(subject, error.message);
        answer(message).catch((fault: unknown) => this.refuse(message.subject, String(fault)));
      },
    });
  }

  /** Tells of every change of the connection from now on, until the bus is closed. */
  onStatus(listener: (status: BusStatus) => void): void {
    this.statusListeners.push(listener);
  }

  /** Resolves when everything published so far has reached the server. */
  async flush(): Promise<void> {
    await this.connection.flush();
  }

  /** Unsubscribes, sends what is buffered, and closes. Safe to call twice. */
  async close(): Promise<void> {
    if (this.connection.isClosed()) return;
    try {
      if (this.isConnected) await this.connection.drain();
    } catch {
      // The server went away meanwhile: what was buffered has nowhere to go.
    }
    await this.connection.close();
  }

  private async followStatus(): Promise<void> {
    for await (const { type } of this.connection.status()) {
      if (type === 'disconnect') this.tell('disconnected');
      else if (type === 'reconnect') this.tell('connected');
      else if (type === 'reconnecting') this.tell('reconnecting');
    }
    this.tell('closed');
  }

  private tell(status: BusStatus): void {
    this.connected = status === 'connected';
    for (const listener of this.statusListeners) listener(status);
  }

  private encode(subject: string, payload: unknown): Uint8Array {
    const data = Buffer.from(JSON.stringify(payload));
    if (data.length > this.maxPayloadBytes) {
      throw new BusError(
        'too_large',
        `${data.length} bytes on ${subject}, but the NATS server takes ${this.maxPayloadBytes}; raise its max_payload.`,
      );
    }
    return data;
  }

  private refuse(subject: string, reason: string): void {
    this.invalidMessages += 1;
    this.options.onInvalid?.(subject, reason);
  }
}

/** Connects, and from then on reconnects for ever. Throws when the first try fails. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const settings: ConnectionOptions = {
    ...natsConnectionOptions(options),
    name: options.name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: 5_000,
    maxPingOut: 2,
    noAsyncTraces: true,
    ...(options.inboxPrefix === undefined ? {} : { inboxPrefix: options.inboxPrefix }),
  };
  return new Bus(await connect(settings), options);
}

function requestFailure(subject: string, error: unknown): BusError {
  const cause = { cause: error };
  if (
    error instanceof NoRespondersError ||
    (error instanceof RequestError && error.isNoResponders())
  ) {
    return new BusError('no_responders', `Nobody serves ${subject}.`, cause);
  }
  if (error instanceof TimeoutError) {
    return new BusError('timeout', `No answer on ${subject} in time.`, cause);
  }
  return new BusError('closed', `The request on ${subject} was not sent.`, cause);
}

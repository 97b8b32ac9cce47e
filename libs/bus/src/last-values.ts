/**
 * A JetStream stream that keeps, of each subject, the latest message only, in the server's memory.
 * Published to like any subject (`bus.publish`), without waiting: this is for words that the next one
 * replaces in a moment, and that somebody reads only when their speaker has died.
 *
 * A server that is restarted has forgotten the stream; it is made again whenever the bus is back.
 */
import {
  DiscardPolicy,
  JetStreamApiError,
  jetstreamManager,
  StorageType,
  type JetStreamManager,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { z } from 'zod';
import { decode } from './decode.js';

export interface LastValuesOptions {
  stream: string;
  subjects: string[];
  /** In the server's memory; beyond it the oldest go. */
  maxBytes: number;
  /** A value that was not replaced for so long is forgotten. */
  maxAgeMs: number;
}

const NANOSECONDS = 1_000_000;
const STREAM_NOT_FOUND = 10_059;
const NO_MESSAGE_FOUND = 10_037;

export interface LastValue<Payload> {
  subject: string;
  value: Payload;
}

export class LastValues<S extends z.ZodType> {
  constructor(
    private readonly connection: NatsConnection,
    private readonly schema: S,
    private readonly options: LastValuesOptions,
    private readonly onInvalid: (subject: string, reason: string) => void,
  ) {}

  /** Makes the stream where it is missing. Throws when JetStream is off or the server away. */
  async make(): Promise<void> {
    const { stream, subjects, maxBytes, maxAgeMs } = this.options;
    const manager = await this.manager();
    await manager.streams.add({
      name: stream,
      subjects,
      storage: StorageType.Memory,
      discard: DiscardPolicy.Old,
      max_msgs_per_subject: 1,
      max_bytes: maxBytes,
      max_age: maxAgeMs * NANOSECONDS,
      // Whoever publishes does not listen for an answer.
      no_ack: true,
    });
  }

  /** The latest value of each subject that the filter (with wildcards) fits. Throws when NATS is away. */
  async latest(filter: string): Promise<LastValue<z.output<S>>[]> {
    const manager = await this.manager();
    const subjects = await this.subjects(manager, filter);
    const values = await Promise.all(subjects.map((subject) => this.read(manager, subject)));
    return values.flat();
  }

  private async subjects(manager: JetStreamManager, filter: string): Promise<string[]> {
    const info = await unlessMissing(
      manager.streams.info(this.options.stream, { subjects_filter: filter }),
      null,
    );
    return Object.keys(info?.state.subjects ?? {});
  }

  private async read(
    manager: JetStreamManager,
    subject: string,
  ): Promise<LastValue<z.output<S>>[]> {
    const { stream } = this.options;
    // Whether it was replaced meanwhile makes no difference; that it went does.
    const message = await unlessMissing(
      manager.streams.getMessage(stream, { last_by_subj: subject }),
      null,
    );
    if (message === null) return [];
    const value = decode(this.schema, message);
    if (value.ok) return [{ subject, value: value.value }];
    this.onInvalid(subject, value.reason);
    return [];
  }

  private manager(): Promise<JetStreamManager> {
    return jetstreamManager(this.connection);
  }
}

async function unlessMissing<T, E>(answer: Promise<T>, otherwise: E): Promise<T | E> {
  try {
    return await answer;
  } catch (error) {
    const code = error instanceof JetStreamApiError ? error.code : null;
    if (code === STREAM_NOT_FOUND || code === NO_MESSAGE_FOUND) return otherwise;
    throw error;
  }
}

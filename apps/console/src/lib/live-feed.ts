/**
 * A value that keeps itself fresh: fetched once, then pushed by an event stream. Pages subscribe to
 * one feed and never poll.
 *
 * The browser reopens a dropped event stream itself, but not one that was refused, and it does not
 * notice a connection that died without a word. So the feed goes back to fetching on both, which
 * also tells why: the session ended, or the controller is away.
 *
 * | state    | event                           | next state                              |
 * |----------|---------------------------------|-----------------------------------------|
 * | fetching | value                           | streaming (stream opened)               |
 * | fetching | unauthorized                    | stopped (`onUnauthorized`)              |
 * | fetching | any other failure               | waiting (`onFailure`)                   |
 * | streaming| stream refused                  | waiting                                 |
 * | streaming| nothing for `silenceLimitMs`    | fetching (stream closed)                |
 * | waiting  | back-off over                   | fetching                                |
 * | any      | `stop()`                        | stopped                                 |
 */
import type { ApiFailure, ApiResult } from './api-client';
import type { FeedConnection } from './liveness';
import { reconnectDelayMs } from './reconnect-delay';

/** What the stream tells the feed. */
export interface StreamListener<T> {
  onOpen(): void;
  onValue(value: T): void;
  /** An event that this console does not understand. */
  onUnreadable(): void;
  /** Dropped; the browser is already opening it again. */
  onDropped(): void;
  /** Refused for good; the browser will not try again. */
  onRefused(): void;
}

export interface LiveFeedPorts<T> {
  fetchValue(signal: AbortSignal): Promise<ApiResult<T>>;
  openStream(listener: StreamListener<T>): { close(): void };
  /** Calls `run` once after `delayMs`; gives its cancellation. */
  schedule(delayMs: number, run: () => void): () => void;
  /** 0 to below 1. */
  random(): number;
}

export interface LiveFeedListener<T> {
  onValue(value: T): void;
  onConnection(connection: FeedConnection): void;
  onFailure(failure: ApiFailure): void;
  onUnauthorized(): void;
}

export class LiveFeed<T> {
  private readonly stopped = new AbortController();
  private stream: { close(): void } | undefined;
  private cancelTimer: (() => void) | undefined;
  /** Tries in a row that brought no value. */
  private failures = 0;

  constructor(
    private readonly ports: LiveFeedPorts<T>,
    private readonly listener: LiveFeedListener<T>,
    private readonly silenceLimitMs: number,
  ) {}

  start(): void {
    this.listener.onConnection('opening');
    void this.fetchThenStream();
  }

  /** Ends everything; the listener hears nothing more. */
  stop(): void {
    this.stopped.abort();
    this.closeStream();
  }

  private async fetchThenStream(): Promise<void> {
    const { signal } = this.stopped;
    const result = await this.ports.fetchValue(signal).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    if (result === null || signal.aborted) return;
    if (result.ok) {
      this.listener.onValue(result.value);
      this.openStream();
    } else if (result.failure.kind === 'unauthorized') {
      this.stop();
      this.listener.onUnauthorized();
    } else {
      this.listener.onFailure(result.failure);
      this.waitThenFetch();
    }
  }

  private openStream(): void {
    this.stream = this.ports.openStream({
      onOpen: () => {
        this.listener.onConnection('open');
        this.watchSilence();
      },
      onValue: (value) => {
        this.failures = 0;
        this.watchSilence();
        this.listener.onValue(value);
      },
      onUnreadable: () => this.listener.onFailure({ kind: 'unreadable' }),
      onDropped: () => this.listener.onConnection('lost'),
      onRefused: () => this.waitThenFetch(),
    });
    this.watchSilence();
  }

  private watchSilence(): void {
    this.setTimer(this.silenceLimitMs, () => {
      this.closeStream();
      this.listener.onConnection('lost');
      void this.fetchThenStream();
    });
  }

  private waitThenFetch(): void {
    this.closeStream();
    this.listener.onConnection('lost');
    this.setTimer(reconnectDelayMs(this.failures, this.ports.random()), () => {
      void this.fetchThenStream();
    });
    this.failures += 1;
  }

  private setTimer(delayMs: number, run: () => void): void {
    this.cancelTimer?.();
    this.cancelTimer = this.ports.schedule(delayMs, run);
  }

  private closeStream(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.stream?.close();
    this.stream = undefined;
  }
}

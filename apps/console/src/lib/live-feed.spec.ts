import type { ApiFailure, ApiResult } from './api-client';
import { LiveFeed, type StreamListener } from './live-feed';
import { reconnectDelayMs } from './reconnect-delay';

const SILENCE_LIMIT_MS = 12_000;

/** Ports that record, answer from a list, and let the test move time and the stream. */
function harness(answers: ApiResult<string>[]) {
  const heard: string[] = [];
  const timers = new Map<() => void, number>();
  const streams: { listener: StreamListener<string>; open: boolean }[] = [];
  const feed = new LiveFeed<string>(
    {
      fetchValue: () => {
        heard.push('fetch');
        const answer = answers.shift();
        return answer ? Promise.resolve(answer) : Promise.reject(new Error('no answer left'));
      },
      openStream: (listener) => {
        const stream = { listener, open: true };
        streams.push(stream);
        return { close: () => (stream.open = false) };
      },
      schedule: (delayMs, run) => {
        timers.set(run, delayMs);
        return () => timers.delete(run);
      },
      random: () => 0,
    },
    {
      onValue: (value) => heard.push(`value ${value}`),
      onConnection: (connection) => heard.push(connection),
      onFailure: (failure) => heard.push(`failure ${failure.kind}`),
      onUnauthorized: () => heard.push('unauthorized'),
    },
    SILENCE_LIMIT_MS,
  );
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    feed,
    heard,
    streams,
    timers,
    settled,
    latest: () => {
      const stream = streams.at(-1);
      if (!stream) throw new Error('no stream was opened');
      return stream;
    },
    async elapse() {
      const [[run] = []] = [...timers];
      if (!run) throw new Error('no timer runs');
      timers.delete(run);
      run();
      await settled();
    },
  };
}

const value = (text: string): ApiResult<string> => ({ ok: true, value: text });
const failure = (kind: 'unauthorized' | 'unreachable'): ApiResult<string> => ({
  ok: false,
  failure: { kind } satisfies ApiFailure,
});

describe('a live feed', () => {
  it('fetches once and then takes values from the stream', async () => {
    const { feed, heard, latest, settled } = harness([value('a')]);
    feed.start();
    await settled();
    latest().listener.onOpen();
    latest().listener.onValue('b');
    expect(heard).toEqual(['opening', 'fetch', 'value a', 'open', 'value b']);
  });

  it('stops and says so when there is no session', async () => {
    const { feed, heard, streams, timers, settled } = harness([failure('unauthorized')]);
    feed.start();
    await settled();
    expect(heard).toEqual(['opening', 'fetch', 'unauthorized']);
    expect(streams).toHaveLength(0);
    expect(timers.size).toBe(0);
  });

  it('tries again, ever more slowly, while the controller is away', async () => {
    const h = harness([failure('unreachable'), failure('unreachable'), value('a')]);
    h.feed.start();
    await h.settled();
    expect([...h.timers.values()]).toEqual([reconnectDelayMs(0, 0)]);
    await h.elapse();
    expect([...h.timers.values()]).toEqual([reconnectDelayMs(1, 0)]);
    await h.elapse();
    expect(h.heard.at(-1)).toBe('value a');
    expect(h.latest().open).toBe(true);
  });

  it('leaves a dropped stream to the browser', async () => {
    const h = harness([value('a')]);
    h.feed.start();
    await h.settled();
    h.latest().listener.onOpen();
    h.latest().listener.onDropped();
    h.latest().listener.onOpen();
    expect(h.heard.slice(-3)).toEqual(['open', 'lost', 'open']);
    expect(h.streams).toHaveLength(1);
  });

  it('fetches again after a refusal, which is how the end of a session is learned', async () => {
    const h = harness([value('a'), failure('unauthorized')]);
    h.feed.start();
    await h.settled();
    h.latest().listener.onRefused();
    expect(h.latest().open).toBe(false);
    await h.elapse();
    expect(h.heard.slice(-3)).toEqual(['lost', 'fetch', 'unauthorized']);
  });

  it('replaces a stream that has been silent for too long', async () => {
    const h = harness([value('a'), value('b')]);
    h.feed.start();
    await h.settled();
    const first = h.latest();
    first.listener.onOpen();
    expect([...h.timers.values()]).toEqual([SILENCE_LIMIT_MS]);
    await h.elapse();
    expect(first.open).toBe(false);
    expect(h.heard.slice(-3)).toEqual(['lost', 'fetch', 'value b']);
    expect(h.streams).toHaveLength(2);
  });

  it('reports an event it cannot read and keeps the stream', async () => {
    const h = harness([value('a')]);
    h.feed.start();
    await h.settled();
    h.latest().listener.onUnreadable();
    expect(h.heard.at(-1)).toBe('failure unreadable');
    expect(h.latest().open).toBe(true);
  });

  it('says nothing after it was stopped', async () => {
    const h = harness([value('a')]);
    h.feed.start();
    h.feed.stop();
    await h.settled();
    expect(h.heard).toEqual(['opening', 'fetch']);
    expect(h.streams).toHaveLength(0);
  });
});

describe('the back-off', () => {
  it('doubles from 1 s to 15 s and keeps at least half of it', () => {
    const longest = [0, 1, 2, 3, 4, 50].map((failures) => reconnectDelayMs(failures, 1));
    expect(longest).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000]);
    expect(reconnectDelayMs(4, 0)).toBe(7500);
  });
});

import {
  GREEDY_SAMPLING,
  type AttemptCommand,
  type Failure,
  type FrameStream,
  type StreamDelta,
} from '@corral/contracts';
import type { Orphan } from './attempt.pure.js';
import { Attempts, type AttemptsPort } from './attempts.js';

/** Records what the attempts do to the world, on a clock that stands until it is moved. */
class RecordingPort implements AttemptsPort {
  timeMs = 0;
  slots = 2;
  ready = true;
  draining = false;
  engineTakes = true;
  readonly onBoard = new Set<string>();
  readonly remainingMs: (number | null)[] = [];
  readonly cancelled: string[] = [];
  readonly frames: { controllerId: string; streams: FrameStream[] }[] = [];
  readonly reported: Orphan[] = [];

  nowMs(): number {
    return this.timeMs;
  }

  capacityOf(): { slots: number; onBoard: number; draining: boolean } | null {
    if (!this.ready) return null;
    return { slots: this.slots, onBoard: this.onBoard.size, draining: this.draining };
  }

  start(_replicaId: string, key: string, _request: unknown, remainingMs: number | null): boolean {
    if (this.engineTakes) this.onBoard.add(key);
    this.remainingMs.push(remainingMs);
    return this.engineTakes;
  }

  cancel(_replicaId: string, key: string): void {
    this.cancelled.push(key);
  }

  publish(controllerId: string, streams: FrameStream[]): void {
    this.frames.push({ controllerId, streams });
  }

  report(orphan: Orphan): void {
    this.reported.push(orphan);
  }
}

const crash: Failure = { code: 'engine_crashed', message: 'The engine process ended.' };

function command(change: Partial<AttemptCommand> = {}): AttemptCommand {
  return {
    controllerId: 'c1',
    generationId: 'g1',
    attempt: 1,
    replicaId: 'r1',
    remainingMs: null,
    request: {
      prompt: { kind: 'text', text: 'hi' },
      sampling: GREEDY_SAMPLING,
      stop: [],
      maxTokens: 8,
      topLogprobs: null,
      cacheScope: 'team',
      acceptedTokens: [],
    },
    ...change,
  };
}

const PROMPT = { tokens: 7, cachedTokens: 4 };

function piece(
  key: string,
  index: number,
  reason?: 'stop' | 'cancelled',
): StreamDelta & { key: string } {
  const delta = { key, index, tokens: [index], text: `${index}` };
  if (reason === undefined) return { ...delta, ...(index === 0 && { prompt: PROMPT }) };
  const counts = { promptTokens: 7, cachedTokens: 4, completionTokens: index + 1 };
  const timings = { queueMs: 1, prefillMs: 2, decodeMs: 3, deviceMs: 4 };
  return { ...delta, finish: { reason, ...counts, timings } };
}

describe('the attempts of a worker', () => {
  let port: RecordingPort;
  let attempts: Attempts;

  beforeEach(() => {
    port = new RecordingPort();
    attempts = new Attempts(port);
  });

  function failureOf(generationId: string): string | undefined {
    const streams = port.frames.flatMap((frame) => frame.streams);
    return streams.findLast((stream) => stream.generationId === generationId)?.finish?.failure
      ?.code;
  }

  it('are answered with the reason when they are not taken', () => {
    port.ready = false;
    expect(attempts.accept(command())).toBe('unknown_replica');
    port.ready = true;
    port.draining = true;
    expect(attempts.accept(command())).toBe('draining');
    port.draining = false;
    port.engineTakes = false;
    expect(attempts.accept(command())).toBe('unknown_replica');
    expect(attempts.running).toBe(0);
  });

  it('may wait two deep', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const outcomes = ids.map((generationId) => attempts.accept(command({ generationId })));
    expect(outcomes).toEqual(['accepted', 'accepted', 'accepted', 'accepted', 'full']);
  });

  it('are refused when no slot is free and they may not wait', () => {
    const take = (generationId: string) =>
      attempts.accept(command({ generationId, mayWait: false }));
    expect(['a', 'b', 'c'].map(take)).toEqual(['accepted', 'accepted', 'full']);
    // Its slot is as good as free.
    attempts.cancel({ generationId: 'a', attempt: 1 });
    expect(['c', 'd'].map(take)).toEqual(['accepted', 'full']);
  });

  it('put their pieces of one step into one frame per controller', () => {
    attempts.accept(command({ generationId: 'a', controllerId: 'c1' }));
    attempts.accept(command({ generationId: 'b', controllerId: 'c2' }));
    attempts.accept(command({ generationId: 'c', controllerId: 'c1' }));
    attempts.stepped([piece('a#1', 0), piece('b#1', 0), piece('c#1', 0), piece('unknown#1', 0)]);
    const carried = port.frames.map(({ controllerId, streams }) => [
      controllerId,
      ...streams.map(({ generationId }) => generationId),
    ]);
    expect(carried).toEqual([
      ['c1', 'a', 'c'],
      ['c2', 'b'],
    ]);
  });

  it('end together, at the index they reached, when their engine is lost', () => {
    attempts.accept(command({ generationId: 'a' }));
    attempts.accept(command({ generationId: 'b' }));
    attempts.stepped([piece('a#1', 0), piece('b#1', 0, 'stop')]);
    attempts.lost(['a#1', 'b#1'], crash);
    expect(port.frames.at(-1)?.streams).toEqual([
      expect.objectContaining({
        generationId: 'a',
        index: 1,
        finish: expect.objectContaining({ reason: 'error', failure: crash, completionTokens: 1 }),
      }),
    ]);
    expect(attempts.running).toBe(0);
  });

  it('say of their prompt what the lost engine had told of it', () => {
    attempts.accept(command({ generationId: 'a' }));
    attempts.accept(command({ generationId: 'b' }));
    attempts.stepped([piece('a#1', 0)]);
    attempts.lost(['a#1', 'b#1'], crash);
    const [a, b] = port.frames.at(-1)?.streams ?? [];
    expect(a?.finish).toMatchObject({ promptTokens: 7, cachedTokens: 4, completionTokens: 1 });
    expect(b?.finish).toMatchObject({ promptTokens: 0, cachedTokens: 0, completionTokens: 0 });
    expect(a?.finish?.timings.deviceMs).toBe(0);
  });

  it('say nothing more after their finish', () => {
    attempts.accept(command());
    attempts.stepped([piece('g1#1', 0, 'stop')]);
    attempts.stepped([piece('g1#1', 1)]);
    attempts.endAll(crash);
    expect(port.frames).toHaveLength(1);
  });

  it('are refused after two crashes with them on board, by an end that no retry follows', async () => {
    for (const attempt of [1, 2]) {
      attempts.accept(command({ attempt }));
      attempts.lost([`g1#${attempt}`], crash);
    }
    port.onBoard.clear();
    expect(attempts.accept(command({ attempt: 3 }))).toBe('accepted');
    expect(port.onBoard.size).toBe(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(port.frames.at(-1)?.streams[0]?.finish?.failure?.code).toBe('internal_error');
  });

  it('are not blamed for a crash while another is on trial, which it is until its second token', () => {
    attempts.accept(command({ generationId: 'suspect', onTrial: true }));
    attempts.accept(command({ generationId: 'other' }));
    attempts.stepped([piece('suspect#1', 0)]);
    attempts.lost(['suspect#1', 'other#1'], crash);
    expect([failureOf('suspect'), failureOf('other')]).toEqual(['engine_crashed', 'worker_lost']);

    attempts.accept(command({ generationId: 'acquitted', onTrial: true }));
    attempts.accept(command({ generationId: 'another' }));
    for (const index of [0, 1]) attempts.stepped([piece('acquitted#1', index)]);
    attempts.lost(['acquitted#1', 'another#1'], crash);
    expect([failureOf('acquitted'), failureOf('another')]).toEqual([
      'engine_crashed',
      'engine_crashed',
    ]);
  });

  describe('on trial, while another is on the same replica', () => {
    const second = command({
      generationId: 'second',
      controllerId: 'c2',
      onTrial: true,
      remainingMs: 5_000,
    });
    beforeEach(() => {
      attempts.accept(command({ generationId: 'first', onTrial: true }));
      expect(attempts.accept(second)).toBe('accepted');
      expect([...port.onBoard]).toEqual(['first#1']);
    });

    it('begin when that is acquitted, with what is left of their time', () => {
      attempts.stepped([piece('first#1', 0)]);
      expect([...port.onBoard]).toEqual(['first#1']);
      port.timeMs = 300;
      attempts.stepped([piece('first#1', 1)]);
      expect([...port.onBoard]).toEqual(['first#1', 'second#1']);
      expect(port.remainingMs.at(-1)).toBe(4_700);
    });

    it('begin when that ends early', () => {
      attempts.stepped([piece('first#1', 0, 'stop')]);
      expect([...port.onBoard]).toEqual(['first#1', 'second#1']);
    });

    it('do not wait for one on another replica', () => {
      attempts.accept(command({ generationId: 'third', replicaId: 'r2', onTrial: true }));
      expect([...port.onBoard]).toEqual(['first#1', 'third#1']);
    });

    it('go elsewhere, without blame, when the engine ends meanwhile', () => {
      port.engineTakes = false;
      attempts.lost(['first#1'], crash);
      expect(failureOf('first')).toBe('engine_crashed');
      expect(failureOf('second')).toBe('worker_lost');
      expect(attempts.running).toBe(0);
    });

    it('can be cancelled, and never begin then', () => {
      port.timeMs = 200;
      attempts.cancel({ generationId: 'second', attempt: 1 });
      expect(port.cancelled).toEqual([]);
      expect(port.frames.at(-1)).toMatchObject({
        controllerId: 'c2',
        streams: [
          {
            generationId: 'second',
            index: 0,
            finish: { reason: 'cancelled', timings: { queueMs: 200, decodeMs: 0 } },
          },
        ],
      });
      attempts.stepped([piece('first#1', 0, 'stop')]);
      expect([...port.onBoard]).toEqual(['first#1']);
    });
  });

  it('of other controllers on a replica are counted while they run', () => {
    attempts.accept(command());
    attempts.accept(command({ generationId: 'g2', controllerId: 'c2' }));
    attempts.accept(command({ generationId: 'g3', controllerId: 'c2', replicaId: 'r2' }));
    expect(attempts.othersOn('r1', 'c1')).toBe(1);
    expect(attempts.othersOn('r1', 'c3')).toBe(2);
    attempts.stepped([piece('g2#1', 0, 'stop')]);
    expect(attempts.othersOn('r1', 'c1')).toBe(0);
    attempts.cancel({ generationId: 'g1', attempt: 1 });
    expect(attempts.othersOn('r1', 'c3')).toBe(0);
  });

  it('give way to a later attempt of the same generation', () => {
    attempts.accept(command({ attempt: 1 }));
    attempts.accept(command({ attempt: 2 }));
    expect(port.cancelled).toEqual(['g1#1']);
  });

  it('are sent again while they are remembered, and no longer than ten seconds', () => {
    attempts.accept(command());
    attempts.stepped([piece('g1#1', 0), piece('g1#1', 1, 'stop')]);
    const asked = { controllerId: 'c9', generationId: 'g1', attempt: 1, fromIndex: 1 };
    expect(attempts.resend(asked)).toBe('resent');
    expect(port.frames.at(-1)).toMatchObject({ controllerId: 'c9', streams: [{ index: 1 }] });
    port.timeMs = 10_001;
    attempts.sweep({ heardUntilMs: port.timeMs });
    expect(attempts.resend(asked)).toBe('unknown_attempt');
  });

  it('are cancelled when their controller is silent for four seconds, others not', () => {
    attempts.accept(command({ generationId: 'a', controllerId: 'silent' }));
    attempts.accept(command({ generationId: 'b', controllerId: 'alive' }));
    port.timeMs = 4_001;
    attempts.heard('alive');
    expect(attempts.sweep({ heardUntilMs: port.timeMs })).toEqual({ abandoned: 1 });
    expect(port.cancelled).toEqual(['a#1']);
  });

  it('are reported, once they have ended, when their controller fell silent', () => {
    attempts.accept(command());
    attempts.stepped([piece('g1#1', 0), piece('g1#1', 1)]);
    port.timeMs = 4_001;
    attempts.sweep({ heardUntilMs: port.timeMs });
    expect(port.reported).toEqual([]);
    attempts.stepped([piece('g1#1', 2, 'cancelled')]);
    const counts = { promptTokens: 7, cachedTokens: 4, completionTokens: 3 };
    const timings = { prefillMs: 2, decodeMs: 3, deviceMs: 4 };
    expect(port.reported).toEqual([
      { generationId: 'g1', attempt: 1, replicaId: 'r1', ...counts, ...timings },
    ]);
    attempts.heard('c1');
    port.timeMs = 9_000;
    attempts.sweep({ heardUntilMs: port.timeMs });
    expect(port.reported).toHaveLength(1);
  });

  it('are reported at once when they had ended before their controller was missed', () => {
    for (const generationId of ['early', 'late']) attempts.accept(command({ generationId }));
    attempts.accept(command({ generationId: 'elsewhere', controllerId: 'alive' }));
    attempts.stepped([piece('late#1', 0, 'stop')]);
    port.timeMs = 4_001;
    attempts.heard('alive');
    attempts.sweep({ heardUntilMs: port.timeMs });
    expect(port.reported.map(({ generationId }) => generationId)).toEqual(['late']);
    attempts.lost(['early#1', 'elsewhere#1'], crash);
    expect(port.reported.map(({ generationId }) => generationId)).toEqual(['late', 'early']);
  });

  it('are reported with the tokens of the whole stream', () => {
    const request = { ...command().request, acceptedTokens: [1, 2, 3] };
    attempts.accept(command({ attempt: 2, request }));
    port.timeMs = 4_001;
    attempts.sweep({ heardUntilMs: port.timeMs });
    attempts.stepped([piece('g1#2', 3, 'cancelled')]);
    expect(port.reported).toMatchObject([{ attempt: 2, completionTokens: 4 }]);
  });

  it('that ended while the bus was away are remembered until somebody could have asked', () => {
    attempts.accept(command());
    attempts.sweep({ heardUntilMs: null });
    attempts.endAll(crash);
    port.timeMs = 60_000;
    attempts.sweep({ heardUntilMs: null });
    attempts.hearingAgain();
    attempts.sweep({ heardUntilMs: port.timeMs });
    port.timeMs = 64_500;
    attempts.sweep({ heardUntilMs: port.timeMs });
    expect(port.reported).toMatchObject([{ generationId: 'g1' }]);
    port.timeMs = 70_001;
    attempts.sweep({ heardUntilMs: port.timeMs });
    const asked = { controllerId: 'c1', generationId: 'g1', attempt: 1, fromIndex: 0 };
    expect(attempts.resend(asked)).toBe('unknown_attempt');
  });

  it('are not blamed on their controllers while nobody can be heard', () => {
    attempts.accept(command());
    port.timeMs = 60_000;
    expect(attempts.sweep({ heardUntilMs: null })).toEqual({ abandoned: 0 });
    attempts.hearingAgain();
    expect(attempts.sweep({ heardUntilMs: port.timeMs })).toEqual({ abandoned: 0 });
  });

  it('are not blamed on their controllers for what could not be heard yet', () => {
    attempts.accept(command());
    port.timeMs = 4_001;
    expect(attempts.sweep({ heardUntilMs: 1_500 })).toEqual({ abandoned: 0 });
    expect(attempts.sweep({ heardUntilMs: 4_000 })).toEqual({ abandoned: 1 });
  });

  it('are fenced without a word, and whoever still reads one can ask for the rest', () => {
    attempts.accept(command());
    attempts.accept(command({ generationId: 'g2', controllerId: 'c2' }));
    attempts.stepped([piece('g1#1', 0)]);
    const sent = port.frames.length;
    attempts.fence(crash);
    attempts.stepped([piece('g1#1', 1), piece('g2#1', 0)]);
    expect(port.frames).toHaveLength(sent);
    expect(port.cancelled).toEqual(['g1#1', 'g2#1']);
    expect(attempts.running).toBe(0);
    const asked = { controllerId: 'c1', generationId: 'g1', attempt: 1, fromIndex: 1 };
    expect(attempts.resend(asked)).toBe('resent');
    expect(port.frames.at(-1)).toMatchObject({
      controllerId: 'c1',
      streams: [{ index: 1, tokens: [], finish: { reason: 'error', failure: crash } }],
    });
  });
});

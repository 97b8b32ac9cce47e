import {
  GREEDY_SAMPLING,
  type AttemptCommand,
  type Failure,
  type Finish,
  type Frame,
  type FrameStream,
  type GenerationRequest,
} from '@corral/contracts';
import { jest } from '@jest/globals';
import { Attempts, type StartOutcome } from './attempts/attempts.port.js';
import type { GenerationEvent } from './core/generation.js';
import { ReplicaDirectory } from './replicas/replica-directory.port.js';
import type { ReplicaSnapshot } from './replicas/replica-snapshot.pure.js';
import { SchedulingService } from './scheduling.service.js';

const REQUEST: GenerationRequest = {
  prompt: { kind: 'text', text: 'once' },
  sampling: GREEDY_SAMPLING,
  stop: [],
  maxTokens: 10,
  topLogprobs: null,
  cacheScope: 'team',
  acceptedTokens: [],
};

class RecordedAttempts extends Attempts {
  readonly controllerId = 'c';
  isConnected = true;
  readonly started: Omit<AttemptCommand, 'controllerId'>[] = [];
  readonly cancelled: string[] = [];
  readonly resends: string[] = [];
  startOutcome: StartOutcome = { outcome: 'accepted' };
  known = true;
  private listener: (frame: Frame) => void = () => undefined;

  start(_nodeId: string, command: Omit<AttemptCommand, 'controllerId'>): Promise<StartOutcome> {
    this.started.push(command);
    return Promise.resolve(this.startOutcome);
  }
  cancel(_nodeId: string, generationId: string, attempt: number): void {
    this.cancelled.push(`${generationId}#${attempt}`);
  }
  resend(_node: string, generationId: string, attempt: number, fromIndex: number) {
    this.resends.push(`${generationId}#${attempt}@${fromIndex}`);
    return Promise.resolve(this.known);
  }
  onFrame(listener: (frame: Frame) => void): void {
    this.listener = listener;
  }
  frame(...streams: FrameStream[]): void {
    this.frameOf('n', ...streams);
  }
  frameOf(nodeId: string, ...streams: FrameStream[]): void {
    this.listener({ nodeId, bootId: 'b', streams });
  }
}

class SettableDirectory extends ReplicaDirectory {
  private current: ReplicaSnapshot[] = [];
  private listener: (nodeId: string) => void = () => undefined;
  replicasOf(): readonly ReplicaSnapshot[] {
    return this.current;
  }
  onChange(listener: (nodeId: string) => void): void {
    this.listener = listener;
  }
  set(...replicas: ReplicaSnapshot[]): void {
    this.current = replicas;
    this.listener('n');
  }
}

function replica(bootId = 'b', replicaId = 'r'): ReplicaSnapshot {
  return {
    replicaId,
    nodeId: 'n',
    bootId,
    deployment: 'm',
    revisionId: 'r1',
    modelDigest: 'model',
    state: 'ready',
    reachable: true,
    suspect: false,
    slots: 4,
    load: 0,
    contextTokens: 512,
    stats: null,
    heldPrefixes: null,
    failure: null,
    retryInMs: null,
  };
}

const TIMINGS = { queueMs: 0, prefillMs: 4, decodeMs: 6, deviceMs: 5 };
function piece(
  attempt: number,
  index: number,
  text: string,
  finish?: Partial<Finish>,
): FrameStream {
  const tokens = text === '' ? [] : [index + 100];
  const end: Finish = {
    reason: 'stop',
    promptTokens: 5,
    cachedTokens: 2,
    completionTokens: tokens.length,
    timings: TIMINGS,
    ...finish,
  };
  const common = { generationId: 'g', attempt, index, tokens, text };
  return finish === undefined ? common : { ...common, finish: end };
}
const LOST: Failure = { code: 'worker_lost', message: 'the machine is gone' };
const CRASH: Failure = { code: 'engine_crashed', message: 'the engine ended' };

function setUp() {
  jest.useFakeTimers();
  const attempts = new RecordedAttempts();
  const directory = new SettableDirectory();
  let nowMs = 0;
  const clock = { monotonicMs: () => nowMs, now: () => new Date(0) };
  const limits = { queueLength: 4, queueWaitMs: 5_000, loadWaitMs: 5_000, lostAttempts: 3 };
  const service = new SchedulingService(attempts, directory, clock, limits);
  service.onModuleInit();
  directory.set(replica());
  const events: GenerationEvent[] = [];
  const submit = (timeoutMs: number | null = null) =>
    service.submit(
      {
        generationId: 'g',
        deployment: 'm',
        revisionId: null,
        tenant: 't',
        priority: 'interactive',
        promptTokens: 5,
        request: REQUEST,
        timeoutMs,
      },
      (event) => events.push(event),
    );
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
    await jest.advanceTimersByTimeAsync(ms);
  };
  const textSoFar = (): string =>
    events.map((event) => (event.type === 'text' ? event.text : '')).join('');
  return { attempts, directory, service, events, submit, pass, textSoFar };
}

afterEach(() => jest.useRealTimers());

describe('scheduling', () => {
  it('takes nothing from a node that the generation was not sent to', async () => {
    const { attempts, submit, pass, textSoFar } = setUp();
    submit();
    await pass(1);
    attempts.frameOf('another', piece(1, 0, 'forged', { completionTokens: 1 }));
    attempts.frame(piece(1, 0, 'a'));
    expect(textSoFar()).toBe('a');
  });

  it('turns frames into events and reports what the generation took', async () => {
    const { attempts, events, submit, pass } = setUp();
    const { report } = submit();
    await pass(7);
    attempts.frame(piece(1, 0, 'a'));
    attempts.frame(piece(1, 1, 'b', { completionTokens: 2 }));
    expect(events).toEqual([
      { type: 'text', text: 'a', tokens: 1, logprobs: undefined },
      { type: 'text', text: 'b', tokens: 1, logprobs: undefined },
      { type: 'finished', reason: 'stop' },
    ]);
    expect(report).toMatchObject({
      nodeId: 'n',
      replicaId: 'r',
      attempts: 1,
      promptTokens: 5,
      cachedTokens: 2,
      completionTokens: 2,
      ttftMs: 7,
      prefillMs: 4,
      decodeMs: 6,
    });
  });

  it("sends the names of the prompt's blocks along, and reports why it went where it went", () => {
    const { attempts, service } = setUp();
    const text = 'A prompt of several blocks. '.repeat(40);
    const { report } = service.submit(
      {
        generationId: 'long',
        deployment: 'm',
        revisionId: null,
        tenant: 't',
        priority: 'interactive',
        promptTokens: 300,
        request: { ...REQUEST, prompt: { kind: 'text', text } },
        timeoutMs: null,
      },
      () => undefined,
    );
    expect(attempts.started[0]?.request.prefixHashes).toHaveLength(4);
    expect(report.routing).toMatch(/^cheapest at \d+ ms/);
  });

  it('says what a generation waits for, to its caller and to admins', () => {
    const { directory, service, submit } = setUp();
    directory.set({ ...replica(), state: 'loading', slots: 0 });
    const generation = submit();
    expect(generation.waiting()).toBe("position 1 of 1: no replica of 'm' is ready yet");
    expect(service.views()).toMatchObject([
      { generationId: 'g', teamId: 't', nodeId: null, reason: generation.waiting() },
    ]);
    directory.set(replica());
    expect(generation.waiting()).toBeNull();
    expect(service.views()).toMatchObject([
      { nodeId: 'n', reason: expect.stringContaining('cheapest at') },
    ]);
  });

  it('asks for a missing piece and goes on without a hole', () => {
    const { attempts, submit, textSoFar } = setUp();
    submit();
    attempts.frame(piece(1, 0, 'a'));
    attempts.frame(piece(1, 2, 'c'));
    expect(attempts.resends).toEqual(['g#1@1']);
    attempts.frame(piece(1, 1, 'b'), piece(1, 2, 'c'));
    expect(textSoFar()).toBe('abc');
  });

  it('asks a silent worker, and goes elsewhere when it knows nothing of the attempt', async () => {
    const { attempts, submit, pass } = setUp();
    submit();
    attempts.known = false;
    await pass(2_500);
    expect(attempts.resends).toEqual(['g#1@0']);
    expect(attempts.started.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('leaves a silent attempt alone while its worker has it', async () => {
    const { attempts, submit, pass } = setUp();
    submit();
    await pass(4_000);
    expect(attempts.started).toHaveLength(1);
  });

  it('asks after half a second when it had begun to write, and goes elsewhere at once', async () => {
    const { attempts, submit, pass } = setUp();
    submit();
    attempts.frame(piece(1, 0, 'a'));
    attempts.known = false;
    await pass(750);
    expect(attempts.resends).toEqual(['g#1@1']);
    expect(attempts.started[1]).toMatchObject({ attempt: 2, request: { acceptedTokens: [100] } });
  });

  it('moves a silent stream away from a silent node, once somebody else can take it', async () => {
    const { attempts, directory, submit, pass } = setUp();
    submit();
    attempts.frame(piece(1, 0, 'a'));
    const silent = { ...replica(), reachable: false, suspect: true };
    directory.set(silent);
    await pass(4_000);
    expect(attempts.started).toHaveLength(1);
    directory.set(silent, replica('b', 'other'));
    await pass(250);
    expect(attempts.started[1]).toMatchObject({ attempt: 2, replicaId: 'other' });
  });

  it('stops an attempt again that goes on after it was given up', async () => {
    const { attempts, directory, submit, pass, textSoFar } = setUp();
    submit();
    attempts.frame(piece(1, 0, 'a'));
    directory.set({ ...replica(), reachable: false, suspect: true }, replica('b', 'other'));
    await pass(4_000);
    expect(attempts.cancelled).toEqual(['g#1']);
    attempts.frame(piece(1, 1, 'b'));
    expect(attempts.cancelled).toEqual(['g#1', 'g#1']);
    attempts.frame(piece(1, 2, '', { reason: 'cancelled', completionTokens: 2 }));
    expect(attempts.cancelled).toHaveLength(2);
    attempts.frame(piece(2, 1, 'B'));
    expect(textSoFar()).toBe('aB');
  });

  it('leaves a stream alone that goes on while its node is silent', async () => {
    const { attempts, directory, submit, pass } = setUp();
    submit();
    const silent = { ...replica(), reachable: false, suspect: true };
    directory.set(silent, replica('b', 'other'));
    for (const index of [0, 1, 2, 3]) {
      await pass(1_000);
      attempts.frame(piece(1, index, 'a'));
    }
    expect(attempts.started).toHaveLength(1);
  });

  it('holds a moved stream to no deadline, since its caller has the first token', async () => {
    const { attempts, directory, submit, pass } = setUp();
    submit(1_000);
    attempts.frame(piece(1, 0, 'a'));
    await pass(400);
    attempts.frame(piece(1, 1, '', { reason: 'error', failure: CRASH, completionTokens: 1 }));
    directory.set(replica());
    expect(attempts.started.map(({ remainingMs }) => remainingMs)).toEqual([1_000, null]);
  });

  it('goes on after a crash with the tokens delivered so far, and bills the prompt once', () => {
    const { attempts, directory, submit, textSoFar, events } = setUp();
    const { report } = submit();
    attempts.frame(piece(1, 0, 'a'), piece(1, 1, 'b'));
    attempts.frame(piece(1, 2, '', { reason: 'error', failure: CRASH, completionTokens: 2 }));
    // Until it is heard of again, the engine may be gone.
    expect(attempts.started).toHaveLength(1);
    directory.set(replica());
    expect(attempts.started[1]).toMatchObject({
      attempt: 2,
      request: { acceptedTokens: [100, 101], maxTokens: 8 },
    });
    attempts.frame(piece(1, 2, 'zombie'));
    attempts.frame(piece(2, 2, 'c', { completionTokens: 1 }));
    expect(textSoFar()).toBe('abc');
    expect(events.at(-1)).toEqual({ type: 'finished', reason: 'stop' });
    expect(report).toMatchObject({
      attempts: 2,
      promptTokens: 5,
      completionTokens: 3,
      wastedTokens: 5,
    });
  });

  it('gives up after three lost attempts more', () => {
    const { attempts, submit, events } = setUp();
    submit();
    for (const attempt of [1, 2, 3, 4]) {
      attempts.frame(piece(attempt, 0, '', { reason: 'error', failure: LOST }));
    }
    expect(attempts.started).toHaveLength(4);
    expect(events).toEqual([{ type: 'failed', failure: LOST, retryAfterMs: 1_000 }]);
  });

  it('does not retry what would fail again', () => {
    const { attempts, submit, events } = setUp();
    submit();
    const failure: Failure = { code: 'context_length_exceeded', message: 'too long' };
    attempts.frame(piece(1, 0, '', { reason: 'error', failure }));
    expect(attempts.started).toHaveLength(1);
    expect(events).toEqual([{ type: 'failed', failure, retryAfterMs: null }]);
  });

  it('moves what was on a worker that came back as a new process', async () => {
    const { attempts, directory, submit, pass } = setUp();
    submit();
    attempts.frame(piece(1, 0, 'a'));
    directory.set(replica('b2'));
    await pass(250);
    expect(attempts.started[1]).toMatchObject({ attempt: 2, request: { acceptedTokens: [100] } });
  });

  it('moves nothing while the bus is away, nor before workers could report again', async () => {
    const { attempts, directory, submit, pass } = setUp();
    submit();
    attempts.isConnected = false;
    directory.set();
    await pass(60_000);
    attempts.isConnected = true;
    await pass(2_500);
    expect(attempts.started).toHaveLength(1);
    directory.set(replica('b2'));
    await pass(1_000);
    expect(attempts.started).toHaveLength(2);
  });

  it('tries again when the worker did not take the attempt and is heard of again', async () => {
    const { attempts, directory, submit, pass } = setUp();
    attempts.startOutcome = { outcome: 'gone' };
    submit();
    await pass(0);
    expect(attempts.cancelled).toEqual(['g#1']);
    attempts.startOutcome = { outcome: 'accepted' };
    directory.set(replica());
    expect(attempts.started.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('keeps an attempt that has begun although its acceptance got lost', async () => {
    const { attempts, submit, pass } = setUp();
    attempts.startOutcome = { outcome: 'gone' };
    submit();
    attempts.frame(piece(1, 0, 'a'));
    await pass(0);
    expect(attempts.cancelled).toEqual([]);
  });

  it('stops the worker when the caller cancels, and lets it say what it had computed', () => {
    const { attempts, submit, events } = setUp();
    const generation = submit();
    attempts.frame(piece(1, 0, 'a'));
    generation.cancel();
    generation.cancel();
    expect(attempts.cancelled).toEqual(['g#1']);
    attempts.frame(piece(1, 1, 'b'));
    expect(events).toHaveLength(1);
    attempts.frame(piece(1, 2, '', { reason: 'cancelled', completionTokens: 2 }));
    expect(events.slice(1)).toEqual([{ type: 'finished', reason: 'cancelled' }]);
    expect(generation.report).toMatchObject({
      promptTokens: 5,
      completionTokens: 2,
      deviceMs: 5,
    });
  });

  it('does not wait for the last word of a worker for longer than a second', async () => {
    const { attempts, submit, events, pass } = setUp();
    const generation = submit();
    attempts.frame(piece(1, 0, 'a'));
    generation.cancel();
    await pass(999);
    expect(events).toHaveLength(1);
    await pass(251);
    expect(events.slice(1)).toEqual([{ type: 'finished', reason: 'cancelled' }]);
  });

  it('ends a cancelled request at once that no worker has', () => {
    const { directory, submit, events } = setUp();
    directory.set();
    submit().cancel();
    expect(events).toEqual([{ type: 'finished', reason: 'cancelled' }]);
  });

  it('refuses a queued request when its caller has stopped waiting', async () => {
    const { directory, submit, events, pass } = setUp();
    directory.set();
    submit(1_000);
    await pass(1_000);
    expect(events).toMatchObject([{ type: 'failed', failure: { code: 'deadline_exceeded' } }]);
  });

  it('refuses for good what the bus cannot carry', async () => {
    const { attempts, submit, events, pass } = setUp();
    const failure: Failure = { code: 'request_too_large', message: 'too large' };
    attempts.startOutcome = { outcome: 'refused', failure };
    submit();
    await pass(0);
    expect(events).toEqual([{ type: 'failed', failure, retryAfterMs: null }]);
  });
});

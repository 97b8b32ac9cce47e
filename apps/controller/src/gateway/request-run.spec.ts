import { GREEDY_SAMPLING, type Failure, type GenerationRequest } from '@corral/contracts';
import type { SettledRequest } from '@corral/contracts';
import { Admission, type QuotaUseAmounts } from '../quotas/leases/admission.js';
import type { LeaseDesk } from '../quotas/leases/lease-desk.service.js';
import type {
  Generation,
  GenerationEvent,
  GenerationListener,
  GenerationSpec,
  GenerationReport,
} from '../scheduling/core/generation.js';
import { openedRequest } from '../testing/settled-requests.js';
import { estimateTokens } from './token-estimate.pure.js';
import type { ChoiceEvent } from './core/completion.js';
import { RequestRun, type CompletionPorts } from './request-run.js';

const REVOKED: Failure = { code: 'invalid_api_key', message: 'revoked' };
const USED_UP: Failure = { code: 'insufficient_quota', message: 'used up' };
const FULL: Failure = { code: 'overloaded', message: 'the queue is full' };
const STOP: GenerationEvent = { type: 'finished', reason: 'stop' };

const REQUEST: GenerationRequest = {
  prompt: { kind: 'text', text: 'Say something.' },
  sampling: GREEDY_SAMPLING,
  stop: [],
  maxTokens: null,
  topLogprobs: null,
  cacheScope: 'default',
  acceptedTokens: [],
};

const text = (tokens: number): GenerationEvent => ({
  type: 'text',
  text: 'x'.repeat(tokens),
  tokens,
  logprobs: undefined,
});

/** A generation that does what the spec says. */
class FakeGeneration implements Generation {
  cancels = 0;
  private ended = false;
  readonly report: GenerationReport = {
    nodeId: 'gpu-1',
    replicaId: 'r1',
    revisionId: 'revision',
    modelDigest: 'ab'.repeat(32),
    attempts: 1,
    promptTokens: 0,
    cachedTokens: 0,
    completionTokens: 0,
    wastedTokens: 0,
    queueMs: 0,
    prefillMs: 0,
    decodeMs: 0,
    deviceMs: 0,
    ttftMs: null,
    routing: null,
  };

  constructor(
    readonly order: GenerationSpec,
    private readonly listener: GenerationListener,
  ) {}

  say(tokens: number, promptTokens = 10): void {
    if (this.ended) return;
    this.report.promptTokens = promptTokens;
    this.report.completionTokens += tokens;
    this.listener(text(tokens));
  }

  end(event: GenerationEvent = STOP): void {
    if (this.ended) return;
    this.ended = true;
    this.listener(event);
  }

  waiting(): string | null {
    return null;
  }

  cancel(): void {
    this.cancels += 1;
    this.end({ type: 'finished', reason: 'cancelled' });
  }
}

class RecordingAdmission extends Admission {
  readonly reachedTokens: number[] = [];
  used: QuotaUseAmounts | null = null;

  constructor() {
    const desk = { tryReserve: () => true } as unknown as LeaseDesk;
    const at = new Date('2026-11-24T12:00:00Z');
    super({ needs: [], at, priority: 'agent', tokens: 100, desk, stepMicrodollars: 0 });
  }

  override reached(tokens: number): void {
    this.reachedTokens.push(tokens);
  }

  override settle(used: QuotaUseAmounts): ReturnType<Admission['settle']> {
    this.used = used;
    return [{ counter: 'a limit', amount: used.tokens }];
  }
}

/** A request with its ports, which record what they are told. */
class Rig {
  readonly log: string[] = [];
  readonly settled: SettledRequest[] = [];
  readonly learned: [deployment: string, tokens: number, microdollars: number][] = [];
  readonly generations: FakeGeneration[] = [];
  /** Generation, its tokens, and how many events the caller had been given by then. */
  readonly reached: [string, number, number][] = [];
  readonly forgotten: [string, number][] = [];
  readonly events: ChoiceEvent[] = [];
  readonly admission = new RecordingAdmission();
  readonly running: RequestRun;
  /** Ends the wait for the books. */
  booked: () => void = () => undefined;
  revoke: (failure: Failure) => void = () => undefined;
  held = 0;
  nowMs = 1_000;
  private readonly read: Promise<void>;
  private readonly books: Promise<void>;

  constructor(
    choices: number,
    choicesPerPrompt = choices,
    { refusal = null, streaming = false }: { refusal?: Failure | null; streaming?: boolean } = {},
  ) {
    this.books = new Promise((resolve) => (this.booked = resolve));
    const key = {
      keyId: 'key',
      publicId: 'public',
      name: 'a key',
      teamId: 'default',
      userId: null,
      scopes: ['generate' as const],
      expiresAt: null,
      cacheScope: 'default',
    };
    const call = {
      requestId: 'req_1',
      key,
      model: 'tiny',
      requests: Array.from({ length: choices }, () => REQUEST),
      choicesPerPrompt,
      timeoutMs: 5_000,
      streaming,
    };
    const limits = [{ metric: 'requests' as const, limit: 10, remaining: 9, resetInMs: 1 }];
    const ports = this.ports(refusal);
    this.running = new RequestRun(call, openedRequest(), this.admission, limits, ports, null);
    this.read = this.readAll();
    this.running.begin();
  }

  private ports(refusal: Failure | null): CompletionPorts {
    return {
      nowMs: () => this.nowMs,
      opened: ({ requestId }) => void this.log.push(`opened ${requestId}`),
      settle: (row) => {
        this.log.push('settle');
        this.settled.push(row);
        return this.books;
      },
      progress: {
        reached: (generationId, { completionTokens }) =>
          void this.reached.push([generationId, completionTokens, this.events.length]),
        settled: (requestId, choices) => void this.forgotten.push([requestId, choices]),
      },
      submit: (order, listener) => {
        this.log.push(`submit ${order.generationId}`);
        const generation = new FakeGeneration(order, listener);
        this.generations.push(generation);
        if (refusal !== null) {
          generation.end({ type: 'failed', failure: refusal, retryAfterMs: 2_000 });
        }
        return generation;
      },
      hold: (_publicId, onInvalid) => {
        this.held += 1;
        this.revoke = onInvalid;
        return () => (this.held -= 1);
      },
      costs: {
        price: ({ promptTokens, completionTokens }) => ({
          localMicrodollars: promptTokens + completionTokens * 2,
          energyMicrodollars: 1,
          millijoules: null,
          cloudMicrodollars: null,
          cloudPriceId: null,
        }),
        learn: (...example) => void this.learned.push(example),
      },
    };
  }

  private async readAll(): Promise<void> {
    for await (const batch of this.running.batches) this.events.push(...batch);
  }

  generation(choice = 0): FakeGeneration {
    return this.generations[choice] as FakeGeneration;
  }

  /** Everything that can happen without the books has happened. */
  settledDown(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** All events, once the books have it. */
  async all(): Promise<ChoiceEvent[]> {
    this.booked();
    await this.read;
    return this.events;
  }
}

describe('a request under way', () => {
  it('is announced before its first generation goes out', () => {
    const { log, generations } = new Rig(2);
    expect(log).toEqual(['opened req_1', 'submit req_1-0', 'submit req_1-1']);
    expect(generations[1]?.order).toEqual({
      generationId: 'req_1-1',
      deployment: 'tiny',
      revisionId: null,
      tenant: 'default',
      priority: 'agent',
      promptTokens: estimateTokens([REQUEST], 1, 0).promptTokens,
      request: REQUEST,
      timeoutMs: 5_000,
    });
  });

  it('shows its last event when it is in the books, and no earlier', async () => {
    const rig = new Rig(1);
    rig.generation().say(5);
    rig.generation().end();
    await rig.settledDown();
    expect(rig.settled).toHaveLength(1);
    expect(rig.events).toEqual([{ choice: 0, event: text(5) }]);
    expect((await rig.all()).at(-1)).toEqual({ choice: 0, event: STOP });
  });

  it('says how far it has come before its caller hears of it, until it is in the books', async () => {
    const rig = new Rig(2, 1, { streaming: true });
    rig.generation(1).say(5);
    await rig.settledDown();
    rig.generation(1).say(2);
    expect(rig.reached).toEqual([
      ['req_1-1', 5, 0],
      ['req_1-1', 7, 1],
    ]);
    for (const generation of rig.generations) generation.end();
    await rig.settledDown();
    expect(rig.forgotten).toEqual([]);
    await rig.all();
    expect(rig.forgotten).toEqual([['req_1', 2]]);
  });

  it('says nothing of it where its caller sees all of it at once', async () => {
    const rig = new Rig(1);
    rig.generation().say(5);
    rig.generation().end();
    await rig.all();
    expect(rig.reached).toEqual([]);
  });

  it('is settled once, when the last of its choices has ended', async () => {
    const rig = new Rig(3);
    for (const choice of [2, 0, 1]) {
      expect(rig.settled).toEqual([]);
      rig.generation(choice).say(4);
      rig.generation(choice).end();
      await rig.settledDown();
    }
    expect(rig.settled).toHaveLength(1);
    // Of the others the end is shown at once.
    expect(rig.events.filter((item) => 'event' in item && item.event === STOP)).toHaveLength(2);
    rig.running.cancel();
    await rig.all();
    expect(rig.settled).toMatchObject([
      { status: 'completed', finishReason: 'stop', promptTokens: 10, completionTokens: 12 },
    ]);
  });

  it('gives what it used to limits and books, and what it cost', async () => {
    const rig = new Rig(1);
    rig.generation().say(5);
    rig.nowMs += 1_234.4;
    rig.generation().end();
    await rig.all();
    expect(rig.admission.used).toEqual({
      requests: 1,
      concurrent_requests: 0,
      tokens: 15,
      microdollars: 20,
    });
    expect(rig.settled).toMatchObject([
      {
        requestId: 'req_1',
        totalMs: 1_234,
        localMicrodollars: 20,
        leaseUse: [{ counter: 'a limit', amount: 15 }],
      },
    ]);
    expect(rig.learned).toEqual([['tiny', 15, 20]]);
  });

  it('counts a prompt once for all its choices, for budgets, books and caller alike', async () => {
    // Two prompts with two answers each.
    const rig = new Rig(4, 2);
    for (const [choice, promptTokens] of [10, 10, 30, 30].entries()) {
      rig.generation(choice).say(1, promptTokens);
      rig.generation(choice).say(2, promptTokens);
    }
    expect(rig.admission.reachedTokens).toEqual([11, 13, 14, 16, 47, 49, 50, 52]);
    for (const generation of rig.generations) generation.end();
    await rig.all();
    expect(rig.settled).toMatchObject([{ promptTokens: 40, completionTokens: 12 }]);
    expect(rig.running.usage()).toEqual({
      promptTokens: 40,
      cachedTokens: 0,
      completionTokens: 12,
    });
  });

  it('that is refused while it is submitted is settled as failed, with nothing used', async () => {
    const rig = new Rig(2, 2, { refusal: FULL });
    const failed = { type: 'failed', failure: FULL, retryAfterMs: 2_000 };
    expect(await rig.all()).toEqual([
      { choice: 0, event: failed },
      { choice: 1, event: failed },
    ]);
    expect(rig.settled).toMatchObject([
      { status: 'failed', errorCode: FULL.code, finishReason: null, promptTokens: 0 },
    ]);
    expect([rig.learned, rig.held]).toEqual([[], 0]);
  });

  it('whose caller is gone is billed for what was produced', async () => {
    const rig = new Rig(2);
    rig.generation(0).say(7);
    rig.generation(1).say(3);
    rig.generation(1).end();
    rig.running.cancel();
    await rig.all();
    expect(rig.settled).toMatchObject([
      { status: 'cancelled', errorCode: null, promptTokens: 10, completionTokens: 10 },
    ]);
    expect([rig.learned, rig.held]).toEqual([[], 0]);
  });

  it('ends with a failure, in the middle of its answer, when its key is withdrawn', async () => {
    const rig = new Rig(2);
    rig.generation(0).say(7);
    rig.generation(1).end();
    rig.revoke(REVOKED);
    const events = await rig.all();
    expect(events.at(-1)).toEqual({
      choice: 0,
      event: { type: 'failed', failure: REVOKED, retryAfterMs: null },
    });
    expect(rig.generation(0).cancels).toBe(1);
    expect(rig.settled).toMatchObject([
      { status: 'failed', errorCode: REVOKED.code, finishReason: null, completionTokens: 7 },
    ]);
    expect(rig.learned).toEqual([]);
  });

  it('ends with a failure when a budget is used up, and the first reason holds', async () => {
    const rig = new Rig(2);
    rig.generation(0).say(7);
    rig.admission.onExhausted(USED_UP);
    rig.revoke(REVOKED);
    const failed = { type: 'failed', failure: USED_UP, retryAfterMs: null };
    expect((await rig.all()).slice(1)).toEqual([
      { choice: 0, event: failed },
      { choice: 1, event: failed },
    ]);
    expect(rig.settled).toMatchObject([{ status: 'failed', errorCode: USED_UP.code }]);
  });

  it('ends with a failure when its caller reads too slowly to be kept up with', async () => {
    const rig = new Rig(1);
    // In one turn of the event loop nobody reads.
    for (let token = 0; token < 9_000; token += 1) rig.generation().say(1);
    expect(rig.generation().cancels).toBe(1);
    const events = await rig.all();
    expect(events.at(-1)).toMatchObject({
      event: { type: 'failed', failure: { code: 'client_closed' } },
    });
    expect(rig.settled).toMatchObject([{ status: 'failed', errorCode: 'client_closed' }]);
  });

  it('that was complete stays so, whatever happens to its key afterwards', async () => {
    const rig = new Rig(1);
    rig.generation().end();
    rig.revoke(REVOKED);
    rig.admission.onExhausted(USED_UP);
    rig.running.cancel();
    expect(await rig.all()).toEqual([{ choice: 0, event: STOP }]);
    expect(rig.settled).toMatchObject([{ status: 'completed' }]);
    expect(rig.held).toBe(0);
  });

  it('that fails in one choice is failed, though the others finish', async () => {
    const rig = new Rig(2);
    const crash: Failure = { code: 'engine_crashed', message: 'twice' };
    rig.generation(0).end();
    rig.generation(1).end({ type: 'failed', failure: crash, retryAfterMs: null });
    await rig.all();
    expect(rig.settled).toMatchObject([
      { status: 'failed', errorCode: 'engine_crashed', finishReason: null },
    ]);
  });
});

import type { GenerationReport } from '../scheduling/core/generation.js';
import { openedRequest } from '../testing/settled-requests.js';
import { settlementOf, usageOf, type CompletionOutcome } from './settlement-of.pure.js';

const opened = openedRequest();
const FINISHED: CompletionOutcome = { finishReason: 'stop', failure: null, cancelled: false };

function report(change: Partial<GenerationReport> = {}): GenerationReport {
  return {
    nodeId: 'gpu-1',
    replicaId: 'r1',
    revisionId: 'revision',
    modelDigest: 'ab'.repeat(32),
    attempts: 1,
    promptTokens: 10,
    cachedTokens: 4,
    completionTokens: 5,
    wastedTokens: 0,
    queueMs: 1.4,
    prefillMs: 2.3,
    decodeMs: 3.3,
    deviceMs: 4.3,
    ttftMs: 9.6,
    routing: 'cheapest',
    ...change,
  };
}

describe('the row of a request', () => {
  it('holds what its generations report, in whole milliseconds', () => {
    expect(settlementOf(opened, 1, FINISHED, [report()], 20.5)).toEqual({
      ...opened,
      nodeId: 'gpu-1',
      replicaId: 'r1',
      status: 'completed',
      errorCode: null,
      finishReason: 'stop',
      attempts: 1,
      promptTokens: 10,
      cachedTokens: 4,
      completionTokens: 5,
      reasoningTokens: 0,
      wastedTokens: 0,
      queueMs: 1,
      prefillMs: 2,
      decodeMs: 3,
      deviceMs: 4,
      ttftMs: 10,
      totalMs: 21,
      routing: 'cheapest',
    });
  });

  it('adds up what choices used, and has the longest wait and the first token of all', () => {
    const reports = [
      report({ queueMs: 30, ttftMs: 40, wastedTokens: 10, attempts: 2 }),
      report({ queueMs: 50, ttftMs: null, nodeId: 'gpu-2' }),
      report({ queueMs: 10, ttftMs: 20 }),
    ];
    expect(settlementOf(opened, 3, FINISHED, reports, 99)).toMatchObject({
      nodeId: 'gpu-1',
      attempts: 2,
      promptTokens: 10,
      completionTokens: 15,
      wastedTokens: 10,
      queueMs: 50,
      prefillMs: 7,
      decodeMs: 10,
      deviceMs: 13,
      ttftMs: 20,
    });
  });

  it('has no first token where none came, and no node where none was reached', () => {
    const none = report({ nodeId: null, replicaId: null, attempts: 0, ttftMs: null });
    expect(settlementOf(opened, 1, FINISHED, [none], 0)).toMatchObject({
      nodeId: null,
      replicaId: null,
      attempts: 0,
      ttftMs: null,
    });
  });

  const failure = { code: 'worker_lost' as const, message: 'gone' };
  it.each([
    ['completed', FINISHED, 'stop', null],
    ['cancelled', { ...FINISHED, cancelled: true }, 'stop', null],
    // The others are cancelled because of it.
    ['failed', { ...FINISHED, cancelled: true, failure }, null, 'worker_lost'],
  ])('is %s when that is the worst of its choices', (status, outcome, finishReason, errorCode) => {
    const row = settlementOf(opened, 1, outcome, [report()], 0);
    expect(row).toMatchObject({ status, finishReason, errorCode });
  });
});

describe('the tokens of a request', () => {
  it('have each prompt once', () => {
    const reports = [
      report({ promptTokens: 10 }),
      report({ promptTokens: 10 }),
      report({ promptTokens: 30 }),
      report({ promptTokens: 30 }),
    ];
    expect(usageOf(reports, 2)).toEqual({
      promptTokens: 40,
      cachedTokens: 8,
      completionTokens: 20,
    });
    expect(usageOf(reports, 1).promptTokens).toBe(80);
  });

  it('have the prompt of the first choice that an engine took', () => {
    const refused = report({ promptTokens: 0, cachedTokens: 0, completionTokens: 0 });
    expect(usageOf([refused, report(), report({ cachedTokens: 10 })], 3)).toEqual({
      promptTokens: 10,
      cachedTokens: 4,
      completionTokens: 10,
    });
  });
});

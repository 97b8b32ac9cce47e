import { planBatch, type SequenceView } from './batch-plan.pure.js';

const decoding = (id: number): SequenceView => ({
  id,
  decoding: true,
  prefillTokens: 0,
  admission: 0,
});
const prefilling = (id: number, prefillTokens: number, admission: number): SequenceView => ({
  id,
  decoding: false,
  prefillTokens,
  admission,
});
const idle = (id: number): SequenceView => prefilling(id, 0, 0);

describe('planBatch', () => {
  it('gives every decoding sequence its token and skips idle ones', () => {
    const plan = planBatch([decoding(0), idle(1), decoding(2)], 64, 32);
    expect(plan.entries).toEqual([
      { slotId: 0, tokenCount: 1, samples: true },
      { slotId: 2, tokenCount: 1, samples: true },
    ]);
    expect(plan).toMatchObject({ decodingCount: 2, prefillTokens: 0 });
  });

  it('adds a prompt chunk within the budget, and samples only where a prompt ends', () => {
    const plan = planBatch([decoding(0), prefilling(1, 100, 1)], 64, 32);
    expect(plan.entries).toEqual([
      { slotId: 0, tokenCount: 1, samples: true },
      { slotId: 1, tokenCount: 32, samples: false },
    ]);
    expect(planBatch([prefilling(1, 32, 1)], 64, 32).entries).toEqual([
      { slotId: 1, tokenCount: 32, samples: true },
    ]);
  });

  it('serves the prompt of which least is left, and gives the rest to the next', () => {
    const plan = planBatch([prefilling(0, 500, 1), prefilling(1, 20, 2)], 64, 30);
    expect(plan.entries).toEqual([
      { slotId: 0, tokenCount: 10, samples: false },
      { slotId: 1, tokenCount: 20, samples: true },
    ]);
  });

  it('lets eight that came later go first, and no more', () => {
    const served = (latest: number): number[] =>
      planBatch([prefilling(0, 500, 1), prefilling(1, 30, latest)], 64, 30).entries.map(
        ({ slotId }) => slotId,
      );
    expect(served(8)).toEqual([1]);
    expect(served(9)).toEqual([0]);
    // Of two that are due, the one that came first, however long it is.
    const due = [prefilling(0, 500, 1), prefilling(1, 30, 2), decoding(2)];
    expect(
      planBatch([...due, prefilling(3, 5, 10)], 64, 30).entries.map(({ slotId }) => slotId),
    ).toEqual([0, 2]);
  });

  it('serves a prompt in the turn of a shorter one that waits for a part of it', () => {
    const awaited = { ...prefilling(0, 500, 1), turnTokens: 40 };
    const plan = planBatch([awaited, prefilling(1, 60, 2)], 64, 30);
    expect(plan.entries).toEqual([{ slotId: 0, tokenCount: 30, samples: false }]);
  });

  it('serves the earlier of two that are as long', () => {
    const plan = planBatch([prefilling(0, 20, 2), prefilling(1, 20, 1)], 64, 30);
    expect(plan.entries).toEqual([
      { slotId: 0, tokenCount: 10, samples: false },
      { slotId: 1, tokenCount: 20, samples: true },
    ]);
    expect(plan.prefillTokens).toBe(30);
  });

  it('never exceeds the batch, and never takes a decoding sequence out for a prompt', () => {
    const running = Array.from({ length: 60 }, (_, id) => decoding(id));
    const plan = planBatch([...running, prefilling(60, 100, 1)], 64, 32);
    expect(plan.decodingCount).toBe(60);
    expect(plan.prefillTokens).toBe(4);
  });
});

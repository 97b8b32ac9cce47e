import { ForeignMemory, type MemoryLook } from './foreign-memory.pure.js';

const idle = (usedBytes: number): MemoryLook => ({ usedBytes, ownBytes: 0, isIdle: true });
const busy = (usedBytes: number, ownBytes: number | null): MemoryLook => {
  return { usedBytes, ownBytes, isIdle: false };
};

describe('foreign memory', () => {
  let memory: ForeignMemory;
  beforeEach(() => {
    memory = new ForeignMemory();
    memory.shares(idle(10));
  });

  it.each([
    ['nothing, when only the machine uses it', idle(10), 0, 0],
    ['what came while nothing ran', idle(14), 0, 4],
    ['what neither the machine nor an engine uses', busy(33, 20), 20, 3],
    ['nothing, when engines hold the rest', busy(30, 20), 20, 0],
    ['never less than nothing', busy(25, 20), 20, 0],
  ])('is %s', (_, look, ownBytes, foreignBytes) => {
    expect(memory.shares(look)).toEqual({ ownBytes, foreignBytes });
  });

  it('is measured against the least that the machine ever used while nothing ran', () => {
    memory.shares(idle(6));
    expect(memory.shares(idle(10)).foreignBytes).toBe(4);
  });

  it('does not learn from looks at which an engine ran', () => {
    memory.shares(busy(12, 12));
    expect(memory.shares(idle(10)).foreignBytes).toBe(0);
  });

  it('stays as it was while an engine takes memory that cannot be told apart yet', () => {
    memory.shares(busy(33, 20));
    expect(memory.shares(busy(90, null))).toEqual({ ownBytes: 20, foreignBytes: 3 });
  });
});

import {
  placePrompt,
  prefixOnItsWay,
  type PlacementRules,
  type SlotView,
} from './slot-placement.pure.js';

const RULES: PlacementRules = { reusesPrefixes: true, copiesSequences: true, minCopyTokens: 32 };
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

interface SlotSketch {
  tokens?: number[];
  scope?: string | null;
  busy?: boolean;
  /** Of what it computes; unless given, what it holds. */
  prefix?: number[];
  lastUsedStep?: number;
}

function slots(...sketches: SlotSketch[]): SlotView[] {
  return sketches.map((sketch, id) => view(id, sketch));
}

function view(
  id: number,
  { tokens = [], scope = 'a', busy = false, prefix = tokens, lastUsedStep = 0 }: SlotSketch,
): SlotView {
  return {
    id,
    tokens: Uint32Array.from(tokens),
    length: tokens.length,
    scope: tokens.length > 0 || busy ? scope : null,
    lastUsedStep,
    stream: busy ? { prefix: Uint32Array.from(prefix) } : null,
  };
}

function place(views: SlotView[], prompt: number[], rules = RULES, scope = 'a') {
  return placePrompt(views, Uint32Array.from(prompt), scope, rules);
}

describe('placePrompt', () => {
  it('gives out the lowest empty slot', () => {
    const views = slots({ busy: true, tokens: [9] }, {}, {});
    expect(place(views, [1, 2])).toEqual({ slotId: 1, reusedTokens: 0, copyFromId: null });
  });

  it('has no place while every slot is busy', () => {
    expect(place(slots({ busy: true }, { busy: true }), [1])).toBeNull();
  });

  it('continues the idle slot that holds the longest prefix', () => {
    const views = slots({}, { tokens: range(0, 10) }, { tokens: range(0, 20) });
    expect(place(views, range(0, 30))).toEqual({
      slotId: 2,
      reusedTokens: 20,
      copyFromId: null,
    });
  });

  it('leaves the last token of a prompt that is wholly held to be decoded', () => {
    const views = slots({ tokens: range(0, 10) });
    expect(place(views, range(0, 10))?.reusedTokens).toBe(9);
    expect(place(views, range(0, 5))?.reusedTokens).toBe(4);
  });

  it('never reuses across scopes', () => {
    const views = slots({ tokens: range(0, 50), scope: 'b' }, {});
    expect(place(views, range(0, 60))).toEqual({ slotId: 1, reusedTokens: 0, copyFromId: null });
  });

  it('does not throw a long conversation away for a short common beginning', () => {
    const conversation = [...range(0, 10), ...range(500, 600)];
    const views = slots({ tokens: conversation }, {});
    expect(place(views, range(0, 30))).toMatchObject({ slotId: 1, reusedTokens: 0 });
  });

  it('copies a long prefix from a running slot', () => {
    const views = slots({ tokens: range(0, 100), busy: true }, {});
    expect(place(views, [...range(0, 80), 7])).toEqual({
      slotId: 1,
      reusedTokens: 80,
      copyFromId: 0,
    });
  });

  it('copies from an idle slot that is too valuable to cut', () => {
    const views = slots({ tokens: range(0, 300) }, {});
    expect(place(views, [...range(0, 100), 7])).toMatchObject({ slotId: 1, copyFromId: 0 });
  });

  it('does not copy what is prefilled faster', () => {
    const views = slots({ tokens: range(0, 30), busy: true }, {});
    expect(place(views, range(0, 40))).toMatchObject({ slotId: 1, copyFromId: null });
  });

  it('does not copy or reuse where the model cannot', () => {
    const views = slots({ tokens: range(0, 100), busy: true }, { tokens: range(0, 100) });
    const rules = { ...RULES, reusesPrefixes: false, copiesSequences: false };
    expect(place(views, range(0, 100), rules)).toEqual({
      slotId: 1,
      reusedTokens: 0,
      copyFromId: null,
    });
  });

  it('evicts the least recently used idle slot when none is empty', () => {
    const views = slots(
      { tokens: [900], lastUsedStep: 5 },
      { tokens: [901], lastUsedStep: 2 },
      { tokens: [902], lastUsedStep: 1, busy: true },
    );
    expect(place(views, [1, 2, 3])).toMatchObject({ slotId: 1 });
  });

  it('continues in the only idle slot even if that cuts a longer conversation', () => {
    const views = slots({ tokens: range(0, 100) }, { tokens: [5], busy: true });
    expect(place(views, [...range(0, 40), 7])).toEqual({
      slotId: 0,
      reusedTokens: 40,
      copyFromId: null,
    });
  });
});

describe('prefixOnItsWay', () => {
  const awaited = (views: SlotView[], prompt: number[], rules = RULES, scope = 'a') => {
    const found = prefixOnItsWay(views, Uint32Array.from(prompt), scope, rules);
    return found && [found.slot.id, found.tokens];
  };
  const computing = slots({}, { busy: true, tokens: range(0, 10), prefix: range(0, 100) });

  it('is what a running slot will have of the prompt, and none has yet', () => {
    expect(awaited(computing, [...range(0, 80), 7])).toEqual([1, 80]);
  });

  it('is not worth waiting for when as much is there already, or nearly', () => {
    expect(awaited([...computing, ...slots({ tokens: range(0, 80) })], range(0, 90))).toBeNull();
    expect(awaited(computing, [...range(0, 30), 7])).toBeNull();
  });

  it('is nothing that another scope computes, and nothing where it cannot be copied', () => {
    expect(awaited(computing, range(0, 90), RULES, 'b')).toBeNull();
    for (const rule of ['reusesPrefixes', 'copiesSequences']) {
      expect(awaited(computing, range(0, 90), { ...RULES, [rule]: false })).toBeNull();
    }
  });
});

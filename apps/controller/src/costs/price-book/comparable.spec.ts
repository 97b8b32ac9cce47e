import { findComparable, type ComparablePrice, type DeployedModel } from './comparable.pure.js';

const price = (model: string, change: Partial<ComparablePrice> = {}): ComparablePrice => ({
  provider: 'host',
  model,
  inputPerMTok: 100_000,
  outputPerMTok: 100_000,
  openWeights: true,
  ...change,
});

const deployed = (name: string, billions: number, architecture = 'llama'): DeployedModel => ({
  fileName: 'model.gguf',
  facts: { name, architecture, parameters: billions * 1e9 },
});

describe('the default reference', () => {
  const choose = (model: DeployedModel, prices: ComparablePrice[]) => {
    const choice = findComparable(model, prices);
    return choice.found ? `${choice.price.provider}/${choice.price.model}` : choice.reason;
  };

  it('is the cheapest host of the same model, though another model is cheaper', () => {
    const prices = [
      price('llama-3.1-8b', { provider: 'dear', outputPerMTok: 900_000 }),
      price('Llama-3.1-8B-Turbo', { provider: 'cheap', outputPerMTok: 200_000 }),
      price('gemma-3-7b', { inputPerMTok: 1, outputPerMTok: 1 }),
    ];
    expect(choose(deployed('Meta Llama 3.1 8B Instruct', 8.03), prices)).toBe(
      'cheap/Llama-3.1-8B-Turbo',
    );
  });

  it('is else the cheapest open weights of half to one and a quarter of its class', () => {
    const cheap = { inputPerMTok: 1, outputPerMTok: 1 };
    const prices = [
      price('small-3b', cheap),
      price('fits-5b', { inputPerMTok: 90_000 }),
      price('fits-10b'),
      price('large-11b', cheap),
      price('closed-8b', { ...cheap, openWeights: false }),
      price('sizeless', cheap),
    ];
    expect(choose(deployed('Ours', 8), prices)).toBe('host/fits-5b');
  });

  it('weighs three input tokens against one output token', () => {
    const prices = [
      price('a-8b', { inputPerMTok: 100, outputPerMTok: 400 }),
      price('b-8b', { inputPerMTok: 200, outputPerMTok: 99 }),
    ];
    expect(choose(deployed('Ours', 8), prices)).toBe('host/b-8b');
  });

  it('never is a larger class of model', () => {
    const prices = [price('llama-3.3-70b'), price('qwen3-32b')];
    expect(choose(deployed('Ours', 8), prices)).toBe(
      'The price book has no open weights between 4 billion and 10 billion parameters.',
    );
  });

  it('compares a mixture of experts by what is active in it too', () => {
    // 35B-A3B is of the class of a dense 10B, and 30B-A3B of 9.5B.
    const prices = [price('qwen3-32b', { inputPerMTok: 1 }), price('other-30b-a3b')];
    expect(choose(deployed('Qwen3.6-35B-A3B', 34.7, 'qwen35moe'), prices)).toBe(
      'host/other-30b-a3b',
    );
  });

  it('is none for a mixture of experts that does not say what is active', () => {
    for (const name of ['Mystery 30B', 'Mystery']) {
      expect(choose(deployed(name, 30, 'qwen3moe'), [price('qwen3-32b')])).toMatch(/mixture/);
    }
  });

  it('reads the file’s name while no node has told the facts', () => {
    const model = { fileName: 'Qwen3-8B-Q4_K_M.gguf', facts: null };
    expect(choose(model, [price('qwen3-8b')])).toBe('host/qwen3-8b');
    expect(choose({ ...model, fileName: 'x.gguf' }, [price('qwen3-8b')])).toMatch(/not known/);
  });

  it('is the same on every controller when two cost the same', () => {
    const prices = [price('b-8b'), price('a-8b')];
    expect(choose(deployed('Ours', 8), prices)).toBe('host/a-8b');
    expect(choose(deployed('Ours', 8), prices.reverse())).toBe('host/a-8b');
  });
});

import { classOf, sizeFromName } from './model-size.pure.js';

describe('the size in a name', () => {
  it.each([
    ['meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo', 'llama', '3.1', 8, 8],
    ['llama-3.1-8b-instant', 'llama', '3.1', 8, 8],
    ['qwen/qwen3-32b', 'qwen', '3', 32, 32],
    ['qwen2-5-7b-instruct', 'qwen', '2.5', 7, 7],
    ['Qwen2.5 7B Instruct', 'qwen', '2.5', 7, 7],
    ['Qwen3.6-35B-A3B-Q4_K_M.gguf', 'qwen', '3.6', 35, 3],
    ['Qwen3-Coder-30B-A3B-Instruct', 'qwen-coder', '3', 30, 3],
    ['google/gemma-4-26B-A4B-it', 'gemma', '4', 26, 4],
    ['mistralai/Mistral-Small-3.2-24B-Instruct-2506', 'mistral-small', '3.2', 24, 24],
    ['qwen3:0.6b', 'qwen', '3', 0.6, 0.6],
    ['openai/gpt-oss-20b', 'gpt-oss', '', 20, 3.6],
  ])('%s is %s %s of %d billion, %d active', (name, family, version, parameters, active) => {
    expect(sizeFromName(name)).toEqual({
      family,
      version,
      parameters: parameters * 1e9,
      activeParameters: active * 1e9,
    });
  });

  it.each(['gpt-5-mini', 'deepseek-v4-pro', 'tiny.gguf', 'Llama-4-Scout-17B-16E-Instruct', ''])(
    'is not in %s',
    (name) => expect(sizeFromName(name)).toBeNull(),
  );

  it('puts a mixture of experts between its active and all parameters', () => {
    const size = { family: '', version: '', parameters: 36e9, activeParameters: 4e9 };
    expect(classOf(size)).toBe(12e9);
  });
});

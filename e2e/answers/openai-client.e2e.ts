/** What the official `openai` client sees: Corral must be as good as the cloud it stands in for. */
import OpenAI from 'openai';
import { Corral, eventually } from '../support/corral.js';

const QUESTION = [{ role: 'user' as const, content: 'What is Corral?' }];
/** Long enough to be interrupted. */
const LONG = [{ role: 'user' as const, content: 'Count from 1 to 50.' }];

let corral: Corral;
let client: OpenAI;

beforeAll(async () => {
  corral = await Corral.start();
  client = corral.client();
}, 180_000);
afterAll(() => corral.stop());

describe('models', () => {
  it('lists the bundled model', async () => {
    const models = await client.models.list();
    expect(models.data.map(({ id }) => id)).toEqual([corral.model]);
  });

  it('gives one model, and a clear 404 for another', async () => {
    expect(await client.models.retrieve(corral.model)).toMatchObject({
      id: corral.model,
      object: 'model',
    });
    await expect(client.models.retrieve('gpt-9')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });
});

describe('chat completions', () => {
  it('answers', async () => {
    const answer = await client.chat.completions.create({
      model: corral.model,
      messages: QUESTION,
      temperature: 0,
    });
    expect(answer.choices[0]?.message.content).toMatch(/private/i);
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    const { usage } = answer;
    expect(usage?.prompt_tokens).toBeGreaterThan(3);
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0));
  });

  it('streams the same answer in pieces', async () => {
    const ask = { model: corral.model, messages: QUESTION, temperature: 0 };
    const whole = await client.chat.completions.create(ask);
    const pieces: string[] = [];
    const reasons: string[] = [];
    for await (const chunk of await client.chat.completions.create({ ...ask, stream: true })) {
      pieces.push(chunk.choices[0]?.delta.content ?? '');
      const reason = chunk.choices[0]?.finish_reason;
      if (reason != null) reasons.push(reason);
    }
    expect(pieces.join('')).toBe(whole.choices[0]?.message.content);
    expect(pieces.filter((piece) => piece !== '').length).toBeGreaterThan(3);
    expect(reasons).toEqual(['stop']);
  });

  it('sends the usage in one last chunk when asked to', async () => {
    const stream = await client.chat.completions.create({
      model: corral.model,
      messages: QUESTION,
      max_tokens: 5,
      stream: true,
      stream_options: { include_usage: true },
    });
    const usages: (OpenAI.CompletionUsage | null | undefined)[] = [];
    for await (const chunk of stream) usages.push(chunk.usage);
    expect(usages.at(-1)).toMatchObject({ completion_tokens: 5 });
    expect(usages.slice(0, -1).every((usage) => usage === null)).toBe(true);
  });

  it('stops at max_tokens and says so', async () => {
    const answer = await client.chat.completions.create({
      model: corral.model,
      messages: LONG,
      max_tokens: 7,
    });
    expect(answer.choices[0]?.finish_reason).toBe('length');
    expect(answer.usage?.completion_tokens).toBe(7);
  });

  it('stops before a stop string, wherever its tokens are cut, and never shows it', async () => {
    const ask = { model: corral.model, messages: LONG, temperature: 0 };
    const whole = (await client.chat.completions.create(ask)).choices[0]?.message.content ?? '';
    const stop = whole.slice(11, 16);
    const cut = await client.chat.completions.create({ ...ask, stop });
    expect(cut.choices[0]?.message.content).toBe(whole.slice(0, whole.indexOf(stop)));
    expect(cut.choices[0]?.finish_reason).toBe('stop');
  });

  it('repeats itself for the same seed, and differs for another', async () => {
    const ask = (seed: number) =>
      client.chat.completions.create({
        model: corral.model,
        messages: [{ role: 'user', content: 'zxqv' }],
        temperature: 2,
        top_p: 1,
        ...{ min_p: 0 },
        seed,
        max_tokens: 24,
      });
    const texts = await Promise.all([ask(7), ask(7), ask(8)]);
    const [first, second, third] = texts.map((text) => text.choices[0]?.message.content);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('gives n answers', async () => {
    const answer = await client.chat.completions.create({
      model: corral.model,
      messages: QUESTION,
      n: 3,
      max_tokens: 4,
    });
    expect(answer.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(answer.usage?.completion_tokens).toBe(12);
  });

  it('gives log-probabilities that add up to no more than one', async () => {
    const answer = await client.chat.completions.create({
      model: corral.model,
      messages: QUESTION,
      max_tokens: 4,
      temperature: 0,
      logprobs: true,
      top_logprobs: 3,
    });
    const tokens = answer.choices[0]?.logprobs?.content ?? [];
    expect(tokens).toHaveLength(4);
    for (const { logprob, top_logprobs: top } of tokens) {
      expect(top).toHaveLength(3);
      expect(top[0]?.logprob).toBeCloseTo(logprob, 4);
      expect(top.reduce((sum, other) => sum + Math.exp(other.logprob), 0)).toBeLessThan(1.001);
    }
  });

  it('answers a request with text parts and a developer message', async () => {
    const answer = await client.chat.completions.create({
      model: corral.model,
      messages: [
        { role: 'developer', content: 'You are helpful.' },
        { role: 'user', content: [{ type: 'text', text: 'What is Corral?' }] },
      ],
      temperature: 0,
    });
    expect(answer.choices[0]?.message.content).not.toBe('');
  });
});

describe('completions', () => {
  it('continues a text', async () => {
    const answer = await client.completions.create({
      model: corral.model,
      prompt: 'def add(a, b):',
    });
    expect(answer.choices[0]?.text).not.toBe('');
    expect(answer.usage?.completion_tokens).toBeLessThanOrEqual(16);
  });

  it('streams, for several prompts, with echo', async () => {
    const texts = ['', ''];
    const stream = await client.completions.create({
      model: corral.model,
      prompt: ['One, two,', 'def '],
      echo: true,
      temperature: 0,
      max_tokens: 4,
      stream: true,
    });
    for await (const { choices } of stream) {
      for (const { index, text } of choices) texts[index] += text;
    }
    expect(texts[0]).toMatch(/^One, two,./);
    expect(texts[1]).toMatch(/^def ./);
  });

  it('fills in the middle', async () => {
    const answer = await client.completions.create({
      model: corral.model,
      prompt: 'def add(a, b):\n    ',
      suffix: '\n\nprint(add(1, 2))',
      temperature: 0,
    });
    expect(answer.choices[0]?.text).toContain('a + b');
  });
});

describe('an aborted stream', () => {
  it('frees its slot and stops decoding within a second, and is recorded as cancelled', async () => {
    const stream = await client.chat.completions.create({
      model: corral.model,
      messages: LONG,
      temperature: 0,
      // The model is quick: sixteen answers leave enough to be cut off.
      n: 16,
      stream: true,
    });
    for await (const chunk of stream) {
      if ((chunk.choices[0]?.delta.content ?? '') !== '') break;
    }
    stream.controller.abort();
    const abortedAt = performance.now();
    await eventually('no slot is taken', async () => {
      const { nodes } = await corral.overview();
      return nodes.every(({ replicas }) => replicas.every(({ activeSlots }) => activeSlots === 0));
    });
    expect(performance.now() - abortedAt).toBeLessThan(1_000);
    const row = await eventually('its usage row', async () =>
      (await corral.requests()).find(({ status }) => status === 'cancelled'),
    );
    expect(row.completionTokens).toBeGreaterThan(0);
    expect(row.completionTokens).toBeLessThan(16 * 100);
  });
});

describe('errors', () => {
  const ask = { messages: QUESTION, max_tokens: 4 };

  it('has the class of a bad key, before and after the checksum', async () => {
    const { apiKey } = corral;
    const mistyped = apiKey.slice(0, -1) + (apiKey.endsWith('a') ? 'b' : 'a');
    for (const key of ['nonsense', mistyped]) {
      await expect(
        corral.client({ apiKey: key }).chat.completions.create({ ...ask, model: corral.model }),
      ).rejects.toMatchObject({ constructor: OpenAI.AuthenticationError, code: 'invalid_api_key' });
    }
  });

  it('has the class of an unknown model, and names those there are', async () => {
    await expect(client.chat.completions.create({ ...ask, model: 'gpt-9' })).rejects.toMatchObject({
      constructor: OpenAI.NotFoundError,
      code: 'model_not_found',
      message: expect.stringContaining(corral.model) as string,
    });
  });

  it('has the class of a bad parameter, and names it', async () => {
    await expect(
      client.chat.completions.create({ ...ask, model: corral.model, temperature: 9 }),
    ).rejects.toMatchObject({ constructor: OpenAI.BadRequestError, param: 'temperature' });
  });

  it('says how much too long a prompt is', async () => {
    const content = 'word '.repeat(20_000);
    await expect(
      client.chat.completions.create({
        model: corral.model,
        messages: [{ role: 'user', content }],
      }),
    ).rejects.toMatchObject({
      constructor: OpenAI.BadRequestError,
      code: 'context_length_exceeded',
      message: expect.stringMatching(/\d+ tokens/) as string,
    });
  });
});

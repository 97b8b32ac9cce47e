/**
 * Answers under a grammar, by the real library. The weights are random, so that whatever the
 * grammar allows comes up sooner or later, and nothing that the model has learnt helps.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GREEDY_SAMPLING,
  replicaSpecSchema,
  type GenerationRequest,
  type ResponseFormat,
} from '@corral/contracts';
import { TINY, writeGguf } from '@corral/testing';
import { jest } from '@jest/globals';
import { z } from 'zod';
import { Engine } from '../../serving/engine.js';
import type { StreamStep } from '../../generation/token-stream.js';
import { loadModel } from '../../load/load-model.js';
import { requestOf } from '../../testing/requests.js';
import { JSON_OBJECT_GRAMMAR } from './json-rules.pure.js';

jest.setTimeout(120_000);

const SCHEMA = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 8 },
    'say "hi"\\': { type: ['integer', 'null'] },
    colour: { enum: ['red', 'grün', '\n'] },
    sizes: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 3 },
    tree: { $ref: '#/$defs/tree' },
    fixed: { const: { a: [1, true] } },
  },
  required: ['name', 'say "hi"\\', 'colour', 'sizes'],
  additionalProperties: false,
  $defs: {
    tree: {
      type: 'object',
      properties: { leaf: { type: 'boolean' }, next: { $ref: '#/$defs/tree' } },
      required: ['leaf'],
    },
  },
};

const VALID = z.strictObject({
  name: z.string().refine((name) => [...name].length >= 1 && [...name].length <= 8),
  'say "hi"\\': z.int().nullable(),
  colour: z.enum(['red', 'grün', '\n']),
  sizes: z.array(z.number()).min(2).max(3),
  tree: z.record(z.string(), z.unknown()).optional(),
  fixed: z.strictObject({ a: z.tuple([z.literal(1), z.literal(true)]) }).optional(),
});

const FORMATS = {
  date: z.iso.date(),
  'date-time': z.iso.datetime({ offset: true }),
  duration: z.iso.duration(),
  email: z.email(),
  hostname: z.hostname(),
  ipv4: z.ipv4(),
  ipv6: z.ipv6(),
  uri: z.url(),
  uuid: z.guid(),
};
const FORMATTED = z.strictObject(FORMATS);
const FORMATTED_SCHEMA = {
  properties: Object.fromEntries(Object.keys(FORMATS).map((format) => [format, { format }])),
  required: Object.keys(FORMATS),
};
/** With formats and patterns side by side in its schema, as zod writes it. */
const BOUNDED = z.strictObject({
  count: z.int(),
  port: z.int().min(1024).max(65_535),
  offset: z.int().gt(-13).lt(14).nullable(),
  share: z.number().min(0).max(1),
  price: z.number().positive().max(99.5),
  plate: z.string().regex(/^[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} [1-9]\d{0,3}$/),
  path: z.string().regex(/^"[^"]{1,6}\\[^\\]?"$/),
  day: z.iso.date(),
  at: z.iso.datetime({ precision: 0 }),
  id: z.guid(),
  base: z.string().startsWith('ab').max(9),
  sizes: z.record(z.enum(['s', 'm']), z.int32()),
  notes: z.record(z.string().min(1).max(5), z.boolean()),
  place: z.tuple([z.number().min(-90).max(90), z.number().min(-180).max(180)]),
  tail: z.tuple([z.literal('x')], z.null()),
  kind: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('a') }),
    z.strictObject({ kind: z.literal('b'), n: z.int().optional() }),
  ]),
});

const ORDER: ResponseFormat = { kind: 'json_schema', schema: SCHEMA };
/** Likelier, so that what has no end of its own finds one. */
const CLOSING: [number, number][] = ['"', '}', ']', '@', '.'].map((text) => [
  text.charCodeAt(0),
  3,
]);

interface Answer {
  tokens: number[];
  text: string;
  finish: NonNullable<StreamStep['finish']>;
}

let folder: string;
let engine: Engine;
let running: Promise<void>;
let nextKey = 0;
const waiting = new Map<string, (step: StreamStep) => void>();

async function open(api: 'native' | 'public'): Promise<Engine> {
  const spec = replicaSpecSchema.parse({
    slots: 4,
    contextTokens: 1024,
    gpuLayers: 0,
    flashAttention: false,
  });
  const modelPath = join(folder, 'tiny.gguf');
  const loaded = await loadModel({ modelPath, spec, maxThreads: 1, api });
  if (!loaded.ok) throw new Error(loaded.failure.message);
  return new Engine({
    model: loaded.model,
    interTokenTargetMs: 100,
    events: {
      step: (streams) => streams.forEach((step) => waiting.get(step.key)?.(step)),
      stats: () => undefined,
    },
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'corral-grammar-'));
  await writeGguf(join(folder, 'tiny.gguf'), { shape: TINY, weightType: 'f32', seed: 3 });
  engine = await open('native');
  running = engine.run();
});

afterAll(async () => {
  engine?.stop();
  await running;
  await engine?.dispose();
  await rm(folder, { recursive: true, force: true });
});

function generate(overrides: Partial<GenerationRequest>, on = engine): Promise<Answer> {
  const key = `stream-${nextKey++}`;
  const tokens: number[] = [];
  let text = '';
  return new Promise((resolve) => {
    waiting.set(key, (step) => {
      tokens.push(...step.tokens);
      text += step.text;
      if (step.finish) resolve({ tokens, text, finish: step.finish });
    });
    const request = requestOf({ maxTokens: 900, cacheScope: key, ...overrides });
    on.start({ key, request, remainingMs: null });
  });
}

function sampled(seed: number, changes = {}) {
  return { ...GREEDY_SAMPLING, temperature: 1.5, seed, logitBias: CLOSING, ...changes };
}

describe('an answer with a JSON schema', () => {
  it('parses and is valid, whatever is drawn', async () => {
    const seeds = Array.from({ length: 24 }, (_, seed) => seed);
    const answers = await Promise.all(
      seeds.map((seed) => generate({ responseFormat: ORDER, sampling: sampled(seed) })),
    );
    for (const { text, finish } of answers) {
      expect(finish.reason).toBe('stop');
      const checked = VALID.safeParse(JSON.parse(text));
      expect(checked.error).toBeUndefined();
    }
    expect(new Set(answers.map(({ text }) => text)).size).toBe(seeds.length);
  });

  it.each<[string, Record<string, unknown>, z.ZodType]>([
    ['formats', FORMATTED_SCHEMA, FORMATTED],
    ['what zod describes', { ...z.toJSONSchema(BOUNDED) }, BOUNDED],
    ['an older draft', { ...z.toJSONSchema(BOUNDED, { target: 'draft-7' }) }, BOUNDED],
  ])('keeps to %s', async (_what, schema, valid) => {
    const seeds = Array.from({ length: 12 }, (_, seed) => seed);
    const responseFormat: ResponseFormat = { kind: 'json_schema', schema };
    const answers = await Promise.all(
      seeds.map((seed) => generate({ responseFormat, sampling: sampled(seed) })),
    );
    for (const { text, finish } of answers) {
      expect(finish.reason).toBe('stop');
      expect(valid.safeParse(JSON.parse(text)).error).toBeUndefined();
    }
    expect(new Set(answers.map(({ text }) => text)).size).toBe(seeds.length);
  });

  it('is the same when another attempt continues it', async () => {
    const request = { responseFormat: ORDER, sampling: { ...GREEDY_SAMPLING, logitBias: CLOSING } };
    for (const asked of [request, { ...request, sampling: sampled(5, { presencePenalty: 1 }) }]) {
      const whole = await generate(asked);
      expect(VALID.safeParse(JSON.parse(whole.text)).success).toBe(true);
      const last = whole.tokens.length - 1;
      for (const cut of [1, 7, Math.floor(last / 2), last]) {
        const rest = await generate({ ...asked, acceptedTokens: whole.tokens.slice(0, cut) });
        expect(rest.tokens).toEqual(whole.tokens.slice(cut));
        expect(rest.finish.reason).toBe('stop');
      }
    }
  });

  it('keeps to it beside answers that have none, and reports log-probabilities', async () => {
    const alone = await generate({ maxTokens: 40 });
    const [free, held] = await Promise.all([
      generate({ maxTokens: 40 }),
      generate({ responseFormat: ORDER, sampling: sampled(1), topLogprobs: 2 }),
    ]);
    expect(free.text).toBe(alone.text);
    expect(VALID.safeParse(JSON.parse(held.text)).success).toBe(true);
  });

  it('ends as its own error where no token may follow, and disturbs no other', async () => {
    const brace = '{'.charCodeAt(0);
    const banned = Array.from({ length: TINY.vocab }, (_, id): [number, number] => [id, -100]);
    const [stuck, other] = await Promise.all([
      generate({
        responseFormat: ORDER,
        sampling: { ...GREEDY_SAMPLING, logitBias: banned.filter(([id]) => id !== brace) },
      }),
      generate({ maxTokens: 40 }),
    ]);
    expect(stuck.finish).toMatchObject({ reason: 'error', failure: { code: 'internal_error' } });
    expect(other.finish.reason).toBe('length');
  });

  it('ends as an error when the accepted tokens do not fit it', async () => {
    const { finish } = await generate({ responseFormat: ORDER, acceptedTokens: [65, 66] });
    expect(finish).toMatchObject({ reason: 'error', failure: { code: 'internal_error' } });
  });

  it.each([
    ['a keyword that cannot be kept', { multipleOf: 3 }, /multipleOf/],
    ['a reference to nowhere', { $ref: '#/$defs/none' }, /\$ref/],
    ['a schema that is only itself', { $ref: '#' }, /itself/],
    ['a circle of alternatives', { anyOf: [{ $ref: '#' }, { type: 'null' }] }, /itself/],
  ])('is refused for %s', async (_what, schema, message) => {
    const { finish } = await generate({ responseFormat: { kind: 'json_schema', schema } });
    expect(finish.failure).toMatchObject({
      code: 'unsupported_parameter',
      path: ['responseFormat', 'schema'],
      message: expect.stringMatching(message),
    });
  });
});

describe('an answer with the format json_object', () => {
  it('is an object', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((seed) =>
        generate({ responseFormat: { kind: 'json_object' }, sampling: sampled(seed) }),
      ),
    );
    const ended = answers.filter(({ finish }) => finish.reason === 'stop');
    expect(ended.length).toBeGreaterThan(0);
    for (const { text } of ended) {
      expect(z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).error).toBeUndefined();
    }
  });
});

describe('the context', () => {
  it('takes a grammar, and says when a text is none', async () => {
    const spec = replicaSpecSchema.parse({ slots: 1, contextTokens: 128, gpuLayers: 0 });
    const modelPath = join(folder, 'tiny.gguf');
    const loaded = await loadModel({ modelPath, spec, maxThreads: 1 });
    if (!loaded.ok) throw new Error(loaded.failure.message);
    const { context } = loaded.model;
    expect(context.grammars?.compile(JSON_OBJECT_GRAMMAR)).toMatchObject({
      text: JSON_OBJECT_GRAMMAR,
    });
    expect(context.grammars?.compile('root ::= (')).toBeNull();
    expect(context.grammars?.compile('root ::= root "a"')).toBeNull();
    await context.dispose();
  });

  it('refuses formats where only the public API is there', async () => {
    const fallBack = await open('public');
    const { finish } = await generate({ responseFormat: ORDER }, fallBack);
    expect(finish.failure).toMatchObject({
      code: 'unsupported_parameter',
      path: ['responseFormat'],
    });
    await fallBack.dispose();
  });
});

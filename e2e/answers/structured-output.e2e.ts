/** `response_format` as the official `openai` client sends it, answered by the bundled model. */
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { Corral } from '../support/corral.js';

const QUESTION = [{ role: 'user' as const, content: 'What is Corral?' }];

const SCHEMA = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 20 },
    kind: { enum: ['software', 'animal'] },
    private: { type: 'boolean' },
    machines: { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 3 },
  },
  required: ['name', 'kind', 'private', 'machines'],
  additionalProperties: false,
};
const VALID = z.strictObject({
  name: z.string().max(20),
  kind: z.enum(['software', 'animal']),
  private: z.boolean(),
  machines: z.array(z.int()).min(1).max(3),
});

let corral: Corral;
let client: OpenAI;

beforeAll(async () => {
  corral = await Corral.start();
  client = corral.client();
}, 180_000);
afterAll(() => corral.stop());

function ask(schema: Record<string, unknown>) {
  return {
    model: corral.model,
    messages: QUESTION,
    temperature: 0,
    max_tokens: 400,
    response_format: {
      type: 'json_schema' as const,
      json_schema: { name: 'facts', strict: true, schema },
    },
  };
}

describe('response_format', () => {
  it('json_schema gives an answer that the schema allows', async () => {
    const answer = await client.chat.completions.create(ask(SCHEMA));
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    const facts: unknown = JSON.parse(answer.choices[0]?.message.content ?? '');
    expect(VALID.safeParse(facts).error).toBeUndefined();
  });

  it('json_schema streams the same answer in pieces', async () => {
    const whole = await client.chat.completions.create(ask(SCHEMA));
    const pieces: string[] = [];
    const stream = await client.chat.completions.create({ ...ask(SCHEMA), stream: true });
    for await (const chunk of stream) pieces.push(chunk.choices[0]?.delta.content ?? '');
    expect(pieces.join('')).toBe(whole.choices[0]?.message.content);
    expect(pieces.filter((piece) => piece !== '').length).toBeGreaterThan(3);
  });

  it('is what the client’s own helper makes of zod', async () => {
    const Machine = z.object({
      name: z.string().regex(/^[a-z]{2,8}-\d$/),
      slots: z.int().min(1).max(64),
      share: z.number().min(0).max(1),
      since: z.iso.date(),
      at: z.tuple([z.int32(), z.int32()]),
      limits: z.record(z.enum(['soft', 'hard']), z.int().positive()),
      note: z.string().max(9).nullable(),
    });
    const answer = await client.chat.completions.parse({
      ...ask({}),
      response_format: zodResponseFormat(Machine, 'machine'),
    });
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    expect(Machine.safeParse(answer.choices[0]?.message.parsed).error).toBeUndefined();
  });

  it('json_object begins an object', async () => {
    const answer = await client.chat.completions.create({
      model: corral.model,
      messages: QUESTION,
      max_tokens: 200,
      response_format: { type: 'json_object' },
    });
    const { message, finish_reason } = answer.choices[0] ?? {};
    expect(message?.content).toMatch(/^\{/);
    // A model this small may write on inside a text until its tokens are used up.
    if (finish_reason === 'stop') expect(JSON.parse(message?.content ?? '')).toBeInstanceOf(Object);
    else expect(finish_reason).toBe('length');
  });

  it('is a 400 that names the place when a schema cannot be kept', async () => {
    const refused = await client.chat.completions
      .create(ask({ type: 'object', properties: { a: { type: 'integer', multipleOf: 5 } } }))
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OpenAI.BadRequestError);
    expect(refused).toMatchObject({
      param: 'response_format.json_schema.schema',
      message: expect.stringContaining("'multipleOf' is not supported (at #/properties/a)"),
    });
  });

  it('is a 400 when it is of no known type', async () => {
    const response = await fetch(`${corral.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${corral.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: corral.model,
        messages: QUESTION,
        response_format: { type: 'xml' },
      }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: 'response_format.type' } });
  });
});

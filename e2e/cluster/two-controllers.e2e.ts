/** A second controller on the same NATS and PostgreSQL: both serve, and both hear of changes. */
import { join, resolve } from 'node:path';
import OpenAI from 'openai';
import { z } from 'zod';
import { freePort } from '@corral/testing';
import { Corral, eventually } from '../support/corral.js';
import { MemberProcess } from '../support/member-process.js';

const CONTROLLER = resolve(import.meta.dirname, '../../apps/controller/dist/main.js');
const QUESTION = [{ role: 'user' as const, content: 'Count from 1 to 50.' }];

let corral: Corral;
let second: MemberProcess;
let secondUrl: string;

beforeAll(async () => {
  corral = await Corral.start();
  const port = await freePort();
  secondUrl = `http://127.0.0.1:${port}`;
  second = new MemberProcess({
    name: 'second controller',
    main: CONTROLLER,
    env: {
      ...(await corral.controllerEnvironment()),
      CORRAL_PORT: String(port),
      CORRAL_SPOOL_DIR: join(corral.home, 'second-spool'),
    },
    logFile: join(corral.home, 'second.log'),
  });
  await second.start();
}, 180_000);
afterAll(async () => {
  await second.stop();
  await corral.stop();
});

function clientOf(url: string, apiKey = corral.apiKey): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
}

async function ask(url: string): Promise<string> {
  const stream = await clientOf(url).chat.completions.create({
    model: corral.model,
    messages: QUESTION,
    temperature: 0,
    stream: true,
  });
  let text = '';
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  return text;
}

describe('two controllers', () => {
  it('give the same answers at the same time, each to its own clients', async () => {
    const alone = await ask(corral.url);
    const urls = [corral.url, secondUrl, corral.url, secondUrl, corral.url, secondUrl];
    expect(await Promise.all(urls.map(ask))).toEqual(urls.map(() => alone));
    const rows = await eventually('a usage row for each', async () => {
      const found = await corral.requests();
      return found.length >= urls.length + 1 ? found : null;
    });
    expect(new Set(rows.map(({ requestId }) => requestId)).size).toBe(urls.length + 1);
  });

  it('refuse a revoked key on both sides within a second', async () => {
    const answer = await corral.admin('/keys', {
      method: 'POST',
      body: JSON.stringify({ name: 'short-lived' }),
    });
    const { id, apiKey } = z
      .object({ id: z.string(), apiKey: z.string() })
      .parse(await answer.json());
    for (const url of [corral.url, secondUrl]) await clientOf(url, apiKey).models.list();
    await corral.admin(`/keys/${id}`, { method: 'DELETE' });
    await eventually(
      'both refuse it',
      async () => {
        const refused = await Promise.all(
          [corral.url, secondUrl].map((url) =>
            clientOf(url, apiKey)
              .models.list()
              .then(
                () => false,
                (error: unknown) => error instanceof OpenAI.AuthenticationError,
              ),
          ),
        );
        return refused.every(Boolean);
      },
      1_000,
    );
  });
});

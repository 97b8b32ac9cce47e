/** Whatever is sent, the answer is a clear 4xx that names the fault, and Corral goes on. */
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { request as httpRequest } from 'node:http';
import { storedModelSchema, type StoredModel } from '@corral/contracts';
import {
  createDeploymentSchema,
  deploymentViewSchema,
  type DeploymentView,
} from '@corral/contracts/http';
import { M5, writeGguf } from '@corral/testing';
import type { z } from 'zod';
import { Corral, eventually } from '../support/corral.js';

let corral: Corral;

beforeAll(async () => {
  corral = await Corral.start();
}, 180_000);
afterAll(() => corral.stop());
afterEach(async () => {
  const alive = await fetch(`${corral.url}/health/ready`);
  expect(alive.status).toBe(200);
});

interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string };
}

/** Sends the bytes as they are: no client library would let half of these through. */
function post(
  body: string | Buffer,
  headers: Record<string, string> = {},
  path = '/v1/chat/completions',
): Promise<{ status: number; body: ErrorBody }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      corral.url + path,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${corral.apiKey}`,
          ...headers,
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) as ErrorBody });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

function ask(change: object): string {
  const messages = [{ role: 'user', content: 'hi' }];
  return JSON.stringify({ model: corral.model, messages, max_tokens: 4, ...change });
}

describe('a request', () => {
  it.each([
    ['messages of the wrong type', { messages: 'hi' }, 'messages'],
    ['no messages', { messages: [] }, 'messages'],
    ['a message without content', { messages: [{ role: 'user' }] }, 'messages[0].content'],
    ['a number for content', { messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    ['a negative max_tokens', { max_tokens: -5 }, 'max_tokens'],
    ['a huge n', { n: 1e9 }, 'n'],
    ['a temperature of 1e308', { temperature: 1e308 }, 'temperature'],
    ['a negative top_p', { top_p: -0.1 }, 'top_p'],
    ['stream as a string', { stream: 'yes' }, 'stream'],
    ['a model that is no string', { model: 5 }, 'model'],
    [
      'a lone surrogate',
      { messages: [{ role: 'user', content: '\ud83d' }] },
      'messages[0].content',
    ],
  ])('with %s is a 400 that names the parameter', async (_what, change, param) => {
    const { status, body } = await post(ask(change));
    expect([status, body.error.param]).toEqual([400, param]);
    expect(body.error.type).toBe('invalid_request_error');
    expect(body.error.message).not.toBe('');
  });

  it('with unknown parameters is answered all the same', async () => {
    const { status } = await post(ask({ shiny_new_parameter: { a: 1 } }));
    expect(status).toBe(200);
  });

  it.each([
    ['is no JSON', '{"model": ', 400],
    ['says NaN', '{"model":"m","messages":[],"temperature":NaN}', 400],
    ['is empty', '', 400],
    ['is null', 'null', 400],
    ['is invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 400],
    ['reaches for the prototype', '{"__proto__":{"admin":true},"model":"m"}', 400],
    ['is nested 100,000 deep', '['.repeat(100_000) + ']'.repeat(100_000), 400],
    ['is over the size limit', `{"model":"${'x'.repeat(5_000_000)}"}`, 413],
  ])('whose body %s is refused', async (_what, raw, expected) => {
    const { status, body } = await post(raw);
    expect(status).toBe(expected);
    expect(body.error.message).not.toBe('');
    expect(body.error.message).not.toMatch(/at .*\.js:\d+/);
  });

  it('of another media type is refused', async () => {
    const { status } = await post('hi', { 'content-type': 'text/plain' });
    expect(status).toBe(415);
  });

  it('without a key is a 401, with OpenAI’s shape', async () => {
    const { status, body } = await post(ask({}), { authorization: '' });
    expect([status, body.error.code]).toEqual([401, 'invalid_api_key']);
  });

  it('for an unknown path is a JSON 404', async () => {
    const { status, body } = await post('{}', {}, '/v1/nonsense');
    expect([status, body.error.code]).toEqual([404, 'not_found']);
  });

  it('bears a request id, whatever becomes of it', async () => {
    for (const path of ['/v1/models', '/v1/nonsense', '/health/live']) {
      const answer = await fetch(corral.url + path);
      expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
    }
  });
});

describe('a model file', () => {
  async function importFile(path: string): Promise<StoredModel> {
    const started = await corral.admin('/models/import', {
      method: 'POST',
      body: JSON.stringify({ path }),
    });
    expect(started.status).toBeLessThan(300);
    const { importId } = (await started.json()) as { importId: string };
    return eventually('the import ended', async () => {
      const body = (await (await corral.admin('/models')).json()) as { data: unknown[] };
      const models = body.data.map((model) => storedModelSchema.parse(model));
      return models.find((model) => model.importId === importId && model.state !== 'importing');
    });
  }

  async function deploy(request: z.input<typeof createDeploymentSchema>): Promise<DeploymentView> {
    const answer = await corral.admin('/deployments', {
      method: 'POST',
      body: JSON.stringify(request),
    });
    expect(answer.status).toBe(201);
    return eventually('the deployment settled', async () => {
      const found = await corral.admin(`/deployments/${encodeURIComponent(request.name)}`);
      const view = deploymentViewSchema.parse(await found.json());
      const isMeasured = view.failure !== null && !view.failure.message.includes('being measured');
      return view.state === 'ready' || isMeasured ? view : null;
    });
  }

  it('of the wrong magic is refused with the reason', async () => {
    const path = join(corral.home, 'not a model.gguf');
    await writeFile(path, 'PK\u0003\u0004 this is a zip file, more or less, and not a model');
    const { state, failure } = await importFile(path);
    expect(state).toBe('failed');
    expect(failure?.message).toMatch(/GGUF/);
  });

  it('that is truncated is refused with the reason', async () => {
    const path = join(corral.home, 'cut.gguf');
    await writeGguf(path, { shape: M5 });
    await truncate(path, 2_000_000);
    const { state, failure } = await importFile(path);
    expect(state).toBe('failed');
    expect(failure?.message).toMatch(/truncated/i);
  });

  it('that is too big for the memory with its context fails with the arithmetic, and only it', async () => {
    const path = join(corral.home, 'big.gguf');
    await writeGguf(path, { shape: { ...M5, contextTokens: 4_000_000 } });
    expect((await importFile(path)).state).toBe('ready');
    const { state, failure } = await deploy({
      name: 'too-big',
      model: 'big.gguf',
      spec: { slots: 64, contextTokens: 4_000_000 },
    });
    expect(state).toBe('pending');
    expect(failure?.message).toMatch(/needs [\d.,]+ GiB/i);
    const { status } = await post(ask({}));
    expect(status).toBe(200);
    const refused = await post(ask({ model: 'too-big' }));
    expect([refused.status, refused.body.error.code]).toEqual([503, 'model_unavailable']);
  });

  it('that does not exist is refused by name', async () => {
    const { state, failure } = await importFile(join(corral.home, 'nowhere.gguf'));
    expect(state).toBe('failed');
    expect(failure?.message).toContain('nowhere.gguf');
  });
});

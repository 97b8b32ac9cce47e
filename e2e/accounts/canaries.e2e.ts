/**
 * What people ask, what they are answered and the keys they ask with are kept nowhere: not in a
 * table, a log (at its most talkative), a message on a disk, a spool or a metric, whatever becomes of
 * the request.
 */
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createdKeySchema, deploymentViewSchema, type CreatedKey } from '@corral/contracts/http';
import { storedModelSchema } from '@corral/contracts';
import {
  fakeEngineEntry,
  fakeTemplate,
  fakeTokenText,
  TINY,
  until,
  writeGguf,
} from '@corral/testing';
import { Corral } from '../support/corral.js';
import { inFiles, inTables, inText } from '../support/leaks.js';

const MODEL = 'whisper';
const SEED = 424_242;
const word = (what: string): string => `canary-${what}-${randomBytes(8).toString('hex')}`;

const prompt = word('prompt');
const stop = word('stop');
const person = word('person');
const password = word('password');
/** Tokens of the answer, as the fake engine writes them. */
const answer = [40, 41, 57].map((index) => fakeTokenText(SEED, index).trim());

let corral: Corral;
let key: CreatedKey;
/** Of requests that are in the ledger: where they are found, a word would be. */
const requestIds: string[] = [];
/** Everything that must be found nowhere. */
const secrets: string[] = [prompt, stop, person, password, ...answer];

beforeAll(async () => {
  corral = await Corral.start({
    args: ['--no-model'],
    env: { CORRAL_ENGINE_ENTRY: fakeEngineEntry(), CORRAL_LOG_LEVEL: 'debug' },
  });
  const file = join(corral.home, 'tiny.gguf');
  await writeGguf(file, { shape: TINY });
  await adminJson('/models/import', { path: file });
  const digest = await until('the model', async () => {
    const { data } = (await (await corral.admin('/models')).json()) as { data: unknown[] };
    const model = data.map((one) => storedModelSchema.parse(one)).at(0);
    return model?.state === 'ready' ? model.digest : null;
  });
  const spec = { slots: 8, contextTokens: 2048, chatTemplate: fakeTemplate({}) };
  await adminJson('/deployments', { name: MODEL, model: digest, spec });
  await until('a replica', isDeployed);
  key = await createKey({ name: 'canary' });
}, 180_000);
afterAll(() => corral.stop());

async function adminJson(path: string, body: object): Promise<unknown> {
  const made = await corral.admin(path, { method: 'POST', body: JSON.stringify(body) });
  if (!made.ok) throw new Error(`${path}: ${made.status} ${await made.text()}`);
  return made.json();
}

async function createKey(body: object): Promise<CreatedKey> {
  const made = createdKeySchema.parse(await adminJson('/keys', body));
  secrets.push(made.apiKey, secretOf(made.apiKey));
  return made;
}

/** The part after the public id. */
function secretOf(apiKey: string): string {
  return apiKey.split('-').at(-1) ?? apiKey;
}

async function isDeployed(): Promise<boolean> {
  const view = await corral.admin(`/deployments/${MODEL}`).catch(() => null);
  return view?.ok === true && deploymentViewSchema.parse(await view.json()).state === 'ready';
}

function post(path: string, body: object | string, apiKey = key.apiKey, signal?: AbortSignal) {
  return fetch(`${corral.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

function chat(change: object = {}, apiKey?: string, signal?: AbortSignal): Promise<Response> {
  const messages = [
    { role: 'system', content: `Keep ${prompt} to yourself.` },
    { role: 'user', content: prompt },
  ];
  const rest = { max_tokens: 64, seed: SEED, stop: [stop], user: person };
  return post(
    '/v1/chat/completions',
    { model: MODEL, messages, ...rest, ...change },
    apiKey,
    signal,
  );
}

/** A stream that has begun. */
async function openStream(apiKey?: string, signal?: AbortSignal, maxTokens = 1_000) {
  const opened = await chat({ stream: true, max_tokens: maxTokens }, apiKey, signal);
  expect(opened.status).toBe(200);
  requestIds.push(opened.headers.get('x-request-id') ?? '');
  const reader = (opened.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  return {
    rest: async (): Promise<string> => {
      const decoder = new TextDecoder();
      let text = '';
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return text;
        text += decoder.decode(value, { stream: true });
      }
    },
  };
}

describe('words of a request', () => {
  it('come back to the one who asks, whole or as a stream', async () => {
    const whole = await chat();
    expect(await whole.text()).toContain(answer[0]);
    requestIds.push(whole.headers.get('x-request-id') ?? '');
    const infill = { model: MODEL, prompt, suffix: prompt, seed: SEED, max_tokens: 64 };
    expect(await (await post('/v1/completions', infill)).text()).toContain(answer[0]);
    const stream = await openStream(key.apiKey, undefined, 64);
    expect(await stream.rest()).toContain(answer[2]);
  });

  it('are refused in many ways', async () => {
    const refusals = [
      chat({ messages: prompt }),
      chat({ temperature: prompt }),
      chat({ model: prompt }),
      chat({ stop: [[stop]] }),
      chat({ max_tokens: 100_000 }),
      post('/v1/chat/completions', `{"messages": ${prompt}`),
      post(`/v1/chat/completions?prompt=${prompt}&key=${key.apiKey}`, {}),
      post(`/v1/${prompt}`, {}),
      chat({}, `${key.apiKey.slice(0, -3)}xyz`),
      chat({}, prompt),
    ];
    const statuses = (await Promise.all(refusals)).map(({ status }) => status);
    expect(statuses.filter((status) => status >= 400 && status < 500)).toHaveLength(
      refusals.length,
    );
    const signIn = await fetch(`${corral.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: corral.url },
      body: JSON.stringify({ email: 'nobody@example.com', password }),
    });
    expect(signIn.status).toBe(401);
  });

  it('run into a limit', async () => {
    const { apiKey } = await createKey({ name: 'limited', limits: { tokensPerDay: 1 } });
    expect((await chat({}, apiKey)).status).toBe(429);
  });

  it('are cut when their key is revoked, and rotated', async () => {
    const { id, apiKey } = await createKey({ name: 'revoked' });
    const rotated = createdKeySchema.parse(await adminJson(`/keys/${id}/rotate`, {}));
    secrets.push(rotated.apiKey, secretOf(rotated.apiKey));
    const stream = await openStream(apiKey);
    await corral.admin(`/keys/${id}`, { method: 'DELETE' });
    expect(await stream.rest()).toContain('invalid_api_key');
  });

  it('take their engine down', async () => {
    const content = `${prompt} [[fake {"crashAfterTokens":45}]]`;
    const crashed = await chat({ messages: [{ role: 'user', content }] });
    expect(crashed.status).toBeGreaterThanOrEqual(500);
    requestIds.push(crashed.headers.get('x-request-id') ?? '');
    await until('another engine', isDeployed);
    expect((await chat()).status).toBe(200);
  }, 60_000);

  it('are with a controller when it is killed', async () => {
    const stream = await openStream();
    const pid = await corral.pidOf('controller');
    process.kill(pid, 'SIGKILL');
    await expect(stream.rest()).rejects.toThrow();
    await until('another controller', isDeployed, 60_000);
    expect((await chat()).status).toBe(200);
  }, 120_000);

  it('end while the NATS server does not answer, and are not in the spool', async () => {
    const leaving = new AbortController();
    const stream = await openStream(key.apiKey, leaving.signal);
    const nats = await corral.pidOf('nats');
    process.kill(nats, 'SIGSTOP');
    try {
      leaving.abort();
      await expect(stream.rest()).rejects.toThrow();
      const spool = join(corral.home, 'controller', 'spool');
      const [requestId = ''] = requestIds.slice(-1);
      // A file is there before what it holds.
      await until(
        'it in the spool',
        async () => (await inFiles(spool, [requestId], [])).length > 0,
      );
      expect(await inFiles(spool, secrets, [])).toEqual([]);
    } finally {
      process.kill(nats, 'SIGCONT');
    }
  }, 60_000);
});

describe('afterwards, none of them', () => {
  it('is in a table', async () => {
    const { DATABASE_URL = '' } = await corral.controllerEnvironment();
    const [completed = ''] = requestIds;
    await until('a row', async () => (await inTables(DATABASE_URL, [completed])).length > 0);
    expect((await inTables(DATABASE_URL, [key.publicId])).length).toBeGreaterThan(0);

    expect(await inTables(DATABASE_URL, secrets)).toEqual([]);
  });

  it('is in a file: no log, no stream, no page of the database', async () => {
    // The model's file, and what unlocks everything else.
    const except = ['secrets/', 'worker/models', 'tiny.gguf'];
    const found = await inFiles(corral.home, requestIds, except);
    expect(found.some((where) => where.startsWith('postgres/'))).toBe(true);
    const logs = await readdir(join(corral.home, 'logs'));
    expect(logs).toEqual(expect.arrayContaining(['controller.log', 'worker.log']));

    expect(await inFiles(corral.home, secrets, except)).toEqual([]);
  }, 60_000);

  it('is in a metric', async () => {
    const metrics = await (await fetch(`${corral.url}/metrics`)).text();
    expect(metrics).toContain(MODEL);

    expect(inText('/metrics', metrics, secrets)).toEqual([]);
  });
});

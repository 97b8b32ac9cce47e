/**
 * What clients see of many requests, byte for byte, against a recording: whatever is rearranged
 * inside, an answer stays as it was. `CORRAL_RECORD=1` writes the recording anew.
 *
 * The engine is a fake one that sends each stream in one step, so how tokens are grouped does not
 * hang on time. Left out are only ids, times and what a clock decides.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { until } from '@corral/testing';
import { Cluster } from '../support/cluster.js';
import { limitedKey } from '../support/limited-key.js';
import { PUBLIC_REQUESTS, type PublicRequest } from '../support/public-requests.js';

const RECORDING = join(import.meta.dirname, 'recorded-answers.json');

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

let cluster: Cluster;
const keys = new Map<PublicRequest['key'], string>();
const seen: Record<string, Answer> = {};

beforeAll(async () => {
  cluster = await Cluster.start({ controllers: 1, workers: 1 });
  await cluster.order({
    name: 'recorded',
    slots: 4,
    contextTokens: 512,
    fake: { tokensPerSecond: 0 },
  });
  await cluster.adminJson('/deployments/recorded', {
    method: 'PATCH',
    body: { aliases: ['alias'] },
  });
  await cluster.served({ name: 'recorded', slots: 4 });
  await makeKeys();
  for (const one of PUBLIC_REQUESTS) {
    // The limit is of a minute, and all that count towards it must fall into the same one.
    if (one.key === 'limited') await until('a minute with time left', () => secondsOfMinute() < 50);
    seen[one.name] = await answerTo(one);
  }
  if (process.env.CORRAL_RECORD === '1') {
    await writeFile(RECORDING, `${JSON.stringify(seen, null, 2)}\n`);
  }
}, 180_000);
afterAll(() => cluster.stop());

async function makeKeys(): Promise<void> {
  const limited = await limitedKey(cluster, 'recorded', { requestsPerMinute: 2 });
  const short = await limitedKey(cluster, 'recorded', { maxOutputTokens: 10 });
  keys.set('free', (await cluster.createKey({})).apiKey);
  keys.set('read-only', (await cluster.createKey({ scopes: ['models'] })).apiKey);
  keys.set('limited', limited.apiKey);
  keys.set('short', short.apiKey);
  keys.set('wrong', 'sk-corral-nobody');
}

function secondsOfMinute(): number {
  return new Date().getUTCSeconds();
}

function answerTo(one: PublicRequest): Promise<Answer> {
  const { method = 'POST', path, key = 'free', body } = one;
  const apiKey = keys.get(key);
  const headers: Record<string, string> = {
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...one.headers,
  };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(cluster.urls[0] + path, { method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: steadyHeaders(answer.headers),
          body: steady(Buffer.concat(chunks).toString()),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body));
  });
}

/** Headers whose value a clock decides, and the length of bodies that hold an id. */
const UNSTEADY = new Set(['date', 'content-length', 'etag', 'retry-after', 'retry-after-ms']);

function steadyHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]): [string, string] => {
        const isClock = UNSTEADY.has(name) || name.startsWith('x-ratelimit-reset');
        return [name, isClock ? '(varies)' : steady(String(value))];
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function steady(text: string): string {
  return text
    .replace(/req_[\w-]+/g, '(request)')
    .replace(/((?:chatcmpl|cmpl)-)[\w-]+/g, '$1(id)')
    .replace(/"created":\d+/g, '"created":(time)')
    .replace(/"(createdAt|expiresAt|resetsAt|at)":"[^"]*"/g, '"$1":"(time)"')
    .replace(/in \d+(\.\d+)? ?(s|seconds?|ms)\b/g, 'in (time)')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b/g, '(uuid)');
}

it('has a name of its own for every request', () => {
  expect(new Set(PUBLIC_REQUESTS.map(({ name }) => name)).size).toBe(PUBLIC_REQUESTS.length);
});

it.each(PUBLIC_REQUESTS.map(({ name }) => name))('%s: the answer is as recorded', async (name) => {
  const recorded = JSON.parse(await readFile(RECORDING, 'utf8')) as Record<string, Answer>;
  expect(seen[name]).toEqual(recorded[name]);
});

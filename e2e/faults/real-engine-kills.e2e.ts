/**
 * Scenarios 1 and 2 with real engines: a worker, then an engine, is killed under load, and every
 * answer under greedy decoding is the same to the letter as undisturbed. Half of the answers are
 * held to a JSON schema, whose grammar an attempt that goes on has to build again.
 *
 * CORRAL_FULL=1: 8 clients with 100 streams each; a model of 4.7 MB is all that two cores need to
 * decode for eight at a time.
 */
import { resolve } from 'node:path';
import OpenAI from 'openai';
import { generationViewSchema } from '@corral/contracts/http';
import { until } from '@corral/testing';
import { z } from 'zod';
import { Cluster } from '../support/cluster.js';
import type { MemberProcess } from '../support/member-process.js';
import { isFull, quantile } from '../support/stage.js';

const MODEL = resolve(import.meta.dirname, '../../models/corral-demo.gguf');
const generations = z.object({ data: z.array(generationViewSchema) });
const CLIENTS = 8;
const STREAMS_EACH = isFull ? 100 : 4;
const GAP_MS = 2_000;
const LIMIT_MS = isFull ? 900_000 : 120_000;

const SCHEMA = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 40 },
    kind: { enum: ['software', 'animal'] },
    machines: { type: 'array', items: { type: 'integer' }, minItems: 3, maxItems: 8 },
  },
  required: ['name', 'kind', 'machines'],
  additionalProperties: false,
};
const QUESTIONS = [
  { messages: [{ role: 'user' as const, content: 'Count from 1 to 50.' }] },
  {
    messages: [{ role: 'user' as const, content: 'What is Corral?' }],
    response_format: {
      type: 'json_schema' as const,
      json_schema: { name: 'facts', strict: true, schema: SCHEMA },
    },
  },
] as const;

interface Answer {
  question: number;
  text: string;
  pieces: number;
  longestPauseMs: number;
  /** Null while it comes. */
  end: string | null;
}

let cluster: Cluster;
let clients: OpenAI[];
const expected: Answer[] = [];
/** Answers so far, and those of them that took more than one attempt. */
let asked = 0;
let movedBefore = 0;

beforeAll(async () => {
  cluster = await Cluster.start({ controllers: 2, workers: 2, realModel: MODEL });
  await cluster.deploy({ name: 'demo', slots: CLIENTS, contextTokens: 1024 });
  const { apiKey } = await cluster.createKey();
  clients = cluster.urls.map(
    (url) => new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0, timeout: 60_000 }),
  );
  for (const question of QUESTIONS.keys()) {
    const answer = newAnswer(question);
    await ask(answer, 0);
    expect(['stop', 'length']).toContain(answer.end);
    expected.push(answer);
  }
}, 180_000);
afterAll(() => cluster.stop());

it.each(['worker', 'engine'] as const)(
  `${CLIENTS * STREAMS_EACH} answers are the same to the letter though the %s is killed`,
  async (victim) => {
    const all: Answer[] = [];
    const load = Promise.all(
      Array.from({ length: CLIENTS }, async (_, client) => {
        for (let turn = 0; turn < STREAMS_EACH; turn += 1) {
          const answer = newAnswer((client + turn) % QUESTIONS.length);
          all.push(answer);
          await ask(answer, client % clients.length);
        }
      }),
    );
    const half = (CLIENTS * STREAMS_EACH) / 2;
    const underWay = (): Answer[] => all.filter(({ end, pieces }) => end === null && pieces > 2);
    await until(
      'streams of both kinds half way',
      () => all.length > half && new Set(underWay().map(({ question }) => question)).size === 2,
      LIMIT_MS,
    );
    const { worker, enginePid } = await until('a worker with work', busiestWorker);
    if (victim === 'worker') await worker.kill();
    else process.kill(enginePid, 'SIGKILL');
    await load;
    if (victim === 'worker') await worker.start();

    const wrong = all.filter(
      ({ text, question, end }) =>
        end !== expected[question]?.end || text !== expected[question]?.text,
    );
    const pauses = all.map(({ longestPauseMs }) => longestPauseMs);
    const { moved } = await until('all rows', async () => {
      const seen = await ledger();
      return seen.rows === asked && seen;
    });
    console.info(
      `real engines, ${victim} killed: ${all.length - wrong.length}/${all.length} the same, ` +
        `${moved} moved so far; longest pause p99 ${quantile(pauses, 0.99)}, max ${quantile(pauses, 1)} ms`,
    );
    expect(wrong).toEqual([]);
    expect(moved).toBeGreaterThan(movedBefore);
    movedBefore = moved;
    expect(quantile(pauses, 0.95)).toBeLessThanOrEqual(GAP_MS);
    await until('both engines to be ready', async () => {
      const { deployments } = await cluster.overview();
      return deployments.every(({ readyReplicas }) => readyReplicas === 2);
    });
  },
  LIMIT_MS,
);

function newAnswer(question: number): Answer {
  return { question, text: '', pieces: 0, longestPauseMs: 0, end: null };
}

/** Writes down what comes; how it went wrong is its end. */
async function ask(answer: Answer, at: number): Promise<void> {
  asked += 1;
  const client = clients[at];
  const question = QUESTIONS[answer.question];
  if (client === undefined || question === undefined) throw new Error('there is no such question');
  try {
    const stream = await client.chat.completions.create({
      ...question,
      messages: [...question.messages],
      model: 'demo',
      temperature: 0,
      max_tokens: 400,
      stream: true,
    });
    let heardAtMs = performance.now();
    let reason: string | null = null;
    for await (const { choices } of stream) {
      const nowMs = performance.now();
      answer.longestPauseMs = Math.max(answer.longestPauseMs, nowMs - heardAtMs);
      heardAtMs = nowMs;
      answer.text += choices[0]?.delta.content ?? '';
      answer.pieces += 1;
      reason = choices[0]?.finish_reason ?? reason;
    }
    answer.end = reason ?? 'ended too early';
  } catch (error) {
    answer.end = String(error);
  }
}

async function ledger(): Promise<{ rows: number; moved: number }> {
  const [seen] = await cluster.sql<{ rows: number; moved: number }>(
    `SELECT count(*)::int AS rows, count(*) FILTER (WHERE attempts > 1)::int AS moved
     FROM request_usage`,
  );
  if (seen === undefined) throw new Error('a count has a row');
  return seen;
}

/**
 * That with most streams at this moment, as the controllers know it: answers are short, and all may
 * be on one, where what they begin with is cached. Null: none has a quarter of all.
 */
async function busiestWorker(): Promise<{ worker: MemberProcess; enginePid: number } | null> {
  const { nodes } = await cluster.overview();
  const views = [...cluster.urls.keys()].map((at) => cluster.adminJson('/generations', {}, at));
  const running = (await Promise.all(views)).flatMap((body) => generations.parse(body).data);
  const busy = nodes.flatMap(({ id, name, replicas: [replica] }) => {
    const worker = cluster.workers.find((one) => one.name === name);
    const streams = running.filter(({ nodeId }) => nodeId === id).length;
    const enginePid = replica?.enginePid ?? null;
    return worker === undefined || enginePid === null || streams < CLIENTS / 4
      ? []
      : [{ worker, enginePid, streams }];
  });
  return busy.sort((a, b) => b.streams - a.streams)[0] ?? null;
}

/** Sixteen at once: nobody gets another's words, and every step decodes all who are running. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { EngineStats } from '@corral/contracts';
import { Corral, eventually } from '../support/corral.js';

const STREAMS = 16;

const questionsSchema = z.array(
  z.object({ question: z.string(), mustContain: z.array(z.string()) }),
);
let questions: z.infer<typeof questionsSchema>;
let corral: Corral;

beforeAll(async () => {
  const file = resolve(import.meta.dirname, '../../models/corral-demo.questions.json');
  questions = questionsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  corral = await Corral.start();
  await corral.admin(`/deployments`, {
    method: 'POST',
    body: JSON.stringify({
      name: 'sixteen',
      model: 'corral-demo.gguf',
      spec: { slots: STREAMS, contextTokens: 512 },
    }),
  });
  await eventually('the deployment with 16 slots is ready', async () =>
    (await corral.overview()).deployments.some(
      ({ name, state }) => name === 'sixteen' && state === 'ready',
    ),
  );
}, 180_000);
afterAll(() => corral.stop());

async function ask(question: string): Promise<string> {
  const stream = await corral.client().chat.completions.create({
    model: 'sixteen',
    messages: [{ role: 'user', content: question }],
    temperature: 0,
    stream: true,
  });
  let text = '';
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  return text;
}

async function stats(): Promise<EngineStats> {
  return eventually('engine statistics', async () => {
    const replicas = (await corral.overview()).nodes.flatMap((node) => node.replicas);
    return replicas.find(({ deployment }) => deployment === 'sixteen')?.stats;
  });
}

describe('the bundled model', () => {
  it('answers the twenty questions of its card', async () => {
    expect(questions.length).toBeGreaterThanOrEqual(20);
    const wrong: string[] = [];
    for (const { question, mustContain } of questions) {
      const answer = await ask(question);
      const missing = mustContain.filter((part) => !answer.includes(part));
      if (missing.length > 0)
        wrong.push(`${question} -> ${answer} (without ${missing.join(', ')})`);
    }
    expect(wrong).toEqual([]);
  }, 120_000);
});

describe('sixteen concurrent streams', () => {
  it('give the same answers as one after the other, decoded together in every step', async () => {
    const asked = questions.slice(0, STREAMS).map(({ question }) => question);
    const alone: string[] = [];
    for (const question of asked) alone.push(await ask(question));
    const before = await stats();
    const together = await Promise.all(asked.map(ask));
    expect(together).toEqual(alone);

    const after = await eventually('steps that decoded nearly all of them together', async () => {
      const now = await stats();
      const grown = now.decodeBatchSizes.map(
        (count, size) => count - (before.decodeBatchSizes[size] ?? 0),
      );
      return grown.slice(STREAMS - 2).some((count) => count > 0) ? now : null;
    });
    expect(after.partialSteps).toBe(before.partialSteps);
  }, 120_000);
});

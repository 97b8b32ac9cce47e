/**
 * With the real engine: a revision with a broken template, or whose file is cut off, rolls itself
 * back and says why; the old one answers all the time.
 */
import { execFile } from 'node:child_process';
import { readdir, truncate } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { modelViewSchema, rolloutViewSchema } from '@corral/contracts/http';
import { TINY, writeGguf } from '@corral/testing';
import { z } from 'zod';
import { Corral, eventually } from '../support/corral.js';

const CLI = resolve(import.meta.dirname, '../../apps/cli/bin/corral.mjs');
const LIMIT_MS = 120_000;

let corral: Corral;

beforeAll(async () => {
  corral = await Corral.start();
}, 180_000);
afterAll(() => corral.stop());

/** `corral rollout …` as a person would run it. */
function rollout(...args: string[]): Promise<{ code: number; output: string; said: string }> {
  return new Promise((done) => {
    const all = [CLI, 'rollout', ...args, '--home', corral.home, '--json'];
    execFile(process.execPath, all, (error, output, said) => {
      const code = typeof error?.code === 'number' ? error.code : 0;
      done({ code, output, said });
    });
  });
}

async function expectRolledBack(output: string, reason: RegExp): Promise<void> {
  const [line = ''] = output
    .split('\n')
    .filter((text) => text.includes('"fromRevision"'))
    .slice(-1);
  const seen = rolloutViewSchema.parse(JSON.parse(line));
  expect(seen).toMatchObject({ state: 'rolled_back', fromRevision: 1 });
  expect(seen.reason).toMatch(reason);
  const answer = await corral.client().chat.completions.create({
    model: corral.model,
    messages: [{ role: 'user', content: 'Hello' }],
    max_tokens: 4,
  });
  expect(answer.choices).toHaveLength(1);
}

/** The digest of the model that was imported last. */
async function importSecond(path: string): Promise<string> {
  await corral.admin('/models/import', { method: 'POST', body: JSON.stringify({ path }) });
  return eventually('the second model', async () => {
    const body = z
      .object({ data: z.array(modelViewSchema) })
      .parse(await (await corral.admin('/models')).json());
    const found = body.data.find(
      ({ fileName, state }) => fileName === 'second.gguf' && state === 'ready',
    );
    return found?.digest;
  });
}

describe('a revision', () => {
  it(
    'with a broken chat template rolls itself back and says why',
    async () => {
      const args = ['start', corral.model, '--set', 'chatTemplate={% for %}', '--watch'];
      const { code, output } = await rollout(...args);
      expect(code).toBe(4);
      await expectRolledBack(output, /spec's chat template is broken/);
    },
    LIMIT_MS,
  );

  it(
    'whose model file is cut off rolls itself back and says why',
    async () => {
      const path = join(corral.home, 'second.gguf');
      await writeGguf(path, { shape: TINY });
      const digest = await importSecond(path);
      const files = await readdir(corral.home, { recursive: true });
      const stored = files.filter((file) => file.includes(digest) && file.endsWith('.gguf'));
      expect(stored).toHaveLength(1);
      await truncate(join(corral.home, stored[0] ?? ''), 20_000);
      const { code, output } = await rollout('start', corral.model, '--model', digest, '--watch');
      expect(code).toBe(4);
      await expectRolledBack(output, /model file is refused/);
    },
    LIMIT_MS,
  );
});

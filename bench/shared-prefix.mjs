/**
 * What a shared system prompt costs the second time, through the whole path (HTTP, controller, NATS,
 * worker, engine process, and back as SSE): time to the first token cold, warm, warm while the
 * stream that brought it still generates, and of several that ask for the first time at once; and
 * that nothing of it is found by another team.
 *
 *   node bench/shared-prefix.mjs [--rounds 5] [--model FILE]
 *
 * Without a model, a random one of 100 M parameters (Q8_0) is written. Build first. Exits with 1
 * when a target is missed.
 */
import { existsSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { M100, writeGguf } from '@corral/testing';
import { startCorral } from './corral.mjs';
import { quantile } from './load.mjs';
import { machineLine } from './machine.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, model: { type: 'string' } },
});
const rounds = Number(values.rounds);
/** About 1,050 tokens of the random model. */
const SYSTEM_CHARACTERS = 1_400;
/** So many ask at once, one for each slot. */
const TOGETHER = 4;
/** So long does the source stream generate. */
const SOURCE_TOKENS = 300;
const threads = Math.max(1, availableParallelism() - 1);

const model = values.model ?? (await randomModel());
console.log(machineLine());
console.log(`${model}, ${threads} decode thread(s), ${rounds} rounds`);
const corral = await startCorral({ port: 17_315 });
let missed = false;
try {
  const spec = { slots: TOGETHER, contextTokens: 2_048, threads };
  await corral.deploy(model, { name: 'bench', spec });
  const team = await corral.admin('/teams', { name: 'others' });
  const foreign = await corral.admin('/keys', { name: 'other', teamId: team.id, userId: null });
  await ask(corral.apiKey, `warm up ${systemPrompt()}`, 4).done;
  const seen = { cold: [], warm: [], busy: [], together: [], foreign: [] };
  for (let round = 0; round < rounds; round += 1) await measure(seen, foreign.apiKey);
  report(seen);
} finally {
  await corral.stop();
}
process.exitCode = missed ? 1 : 0;

async function measure(seen, foreignKey) {
  const idle = systemPrompt();
  seen.cold.push(await ask(corral.apiKey, `${idle} one`, 4).done);
  seen.warm.push(await ask(corral.apiKey, `${idle} two`, 4).done);
  seen.foreign.push(await ask(foreignKey, `${idle} three`, 4).done);
  const running = systemPrompt();
  const source = ask(corral.apiKey, `${running} one`, SOURCE_TOKENS);
  await source.begun;
  const second = await ask(corral.apiKey, `${running} two`, 4).done;
  if (source.isOver()) throw new Error('The source stream ended too soon to say anything.');
  seen.busy.push(second);
  seen.cold.push(await source.done);
  const fresh = systemPrompt();
  const asked = Array.from({ length: TOGETHER }, (_, n) => ask(corral.apiKey, `${fresh} ${n}`, 4));
  const answers = await Promise.all(asked.map(({ done }) => done));
  seen.together.push(answers.reduce((last, one) => (one.ttftMs > last.ttftMs ? one : last)));
}

function report({ cold, warm, busy, together, foreign }) {
  const [coldMs, warmMs, busyMs, togetherMs] = [cold, warm, busy, together].map((asked) =>
    medianOf(asked, 'ttftMs'),
  );
  console.log(`prompts of ${medianOf(cold, 'promptTokens')} tokens, medians:`);
  console.log(`  cold                               ${coldMs.toFixed(0)} ms`);
  console.log(`  warm                               ${warmMs.toFixed(0)} ms`);
  console.log(`  warm, while its source generates   ${busyMs.toFixed(0)} ms`);
  console.log(
    `  ${TOGETHER} at once, the last of them         ${togetherMs.toFixed(0)} ms, ${(togetherMs / coldMs).toFixed(2)} of cold`,
  );
  console.log(`  another team's                     ${medianOf(foreign, 'ttftMs').toFixed(0)} ms`);
  target('warm / cold', warmMs / coldMs, 0.2);
  target('warm while its source generates / cold', busyMs / coldMs, 0.2);
  const leaked = Math.max(...foreign.map(({ cachedTokens }) => cachedTokens));
  target("tokens that another team's request found in the cache", leaked, 0);
}

function target(name, value, limit) {
  const met = value <= limit;
  missed ||= !met;
  console.log(`${name}: ${value.toFixed(3)} (target <= ${limit}: ${met ? 'met' : 'MISSED'})`);
}

/** One that nobody has asked before. */
function systemPrompt() {
  let text = '';
  while (text.length < SYSTEM_CHARACTERS) text += `${Math.random().toString(36).slice(2)} `;
  return text.slice(0, SYSTEM_CHARACTERS);
}

/** A stream: `begun` with its first token, `done` with what it took. */
function ask(apiKey, prompt, maxTokens) {
  const sentAtMs = performance.now();
  let over = false;
  let began = () => undefined;
  const begun = new Promise((resolve) => (began = resolve));
  const done = (async () => {
    const answer = await fetch(`${corral.url}/v1/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'bench',
        prompt,
        max_tokens: maxTokens,
        temperature: 0,
        stream: true,
        stream_options: { include_usage: true },
      }),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    let ttftMs = null;
    let text = '';
    for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
      ttftMs ??= performance.now() - sentAtMs;
      began();
      text += piece;
    }
    over = true;
    const usage = JSON.parse(/"usage":(\{.*\})\}\n\ndata: \[DONE\]/.exec(text)?.[1] ?? 'null');
    if (usage === null) throw new Error(`no usage in ${text.slice(-300)}`);
    const cachedTokens = usage.prompt_tokens_details.cached_tokens;
    return { ttftMs, promptTokens: usage.prompt_tokens, cachedTokens };
  })();
  return { begun, done, isOver: () => over };
}

function medianOf(asked, field) {
  return quantile(
    asked.map((one) => one[field]).sort((a, b) => a - b),
    0.5,
  );
}

async function randomModel() {
  const path = join(tmpdir(), 'corral-bench-100m.gguf');
  if (!existsSync(path)) await writeGguf(path, { shape: M100 });
  return path;
}

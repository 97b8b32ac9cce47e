/**
 * Tokens per second through the whole path (HTTP, controller, NATS, worker, engine process, and
 * back as SSE) beside the same engine driven in process, in one run on one machine.
 *
 *   node bench/whole-path.mjs [--rounds 3] [--tokens 128] [--prompt 4] [--model FILE]
 *
 * Without a model, a random one of 100 M parameters (Q8_0) is written: speed does not depend on
 * the values. Both engines use the threads that a worker would give them. The two sides take turns,
 * and the ratio is that of their medians.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import http from 'node:http';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { GREEDY_SAMPLING } from '@corral/contracts';
import { M100, writeGguf } from '@corral/testing';
import { startCorral } from './corral.mjs';
import { quantile } from './load.mjs';
import { machineLine } from './machine.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    tokens: { type: 'string', default: '128' },
    prompt: { type: 'string', default: '4' },
    model: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const maxTokens = Number(values.tokens);
const promptWords = Number(values.prompt);
const STREAMS = [1, 4, 8, 16];
const threads = Math.max(1, availableParallelism() - 1);
const spec = { slots: 16, contextTokens: 512, threads };

const model = values.model ?? (await randomModel());
console.log(machineLine());
console.log(
  `${model}, ${threads} decode thread(s), ${maxTokens} tokens per stream, prompts of ${promptWords} words`,
);

const direct = await startDirect();
const corral = await startCorral({ port: 17_314 });
try {
  await corral.deploy(model, { name: 'bench', spec });
  console.log('\nstreams   in process tok/s   whole path tok/s   ratio');
  for (const streams of STREAMS) {
    const samples = { direct: [], whole: [] };
    await inProcess(streams);
    await wholePath(streams);
    for (let round = 0; round < rounds; round += 1) {
      samples.direct.push(await inProcess(streams));
      samples.whole.push(await wholePath(streams));
    }
    const inside = median(samples.direct);
    const whole = median(samples.whole);
    console.log(
      `${String(streams).padStart(7)} ${inside.toFixed(1).padStart(18)} ${whole.toFixed(1).padStart(18)} ${(whole / inside).toFixed(2).padStart(7)}`,
    );
  }
  const { nodes } = await corral.admin('/overview');
  const { stats } = nodes[0].replicas[0];
  console.log(`\nsteps by sequences decoded: ${stats.decodeBatchSizes.join(' ')}`);
  console.log(`steps that left a running sequence out: ${stats.partialSteps}`);
} finally {
  await corral.stop();
  direct.disconnect();
}

async function randomModel() {
  const path = join(tmpdir(), 'corral-bench-100m.gguf');
  if (!existsSync(path)) await writeGguf(path, { shape: M100 });
  return path;
}

async function startDirect() {
  const child = fork(new URL('./in-process.mjs', import.meta.url), { stdio: 'inherit' });
  const defaults = {
    gpuLayers: 0,
    batchTokens: 512,
    flashAttention: false,
    kvCacheType: 'f16',
    chatTemplate: null,
    interTokenTargetMs: 100,
  };
  child.send({ load: { modelPath: model, spec: { ...defaults, ...spec }, maxThreads: threads } });
  await once(child, 'message');
  return child;
}

/** A prompt that no other stream begins with. */
function promptOf(stream) {
  return `${stream} ${Math.random().toString(36).slice(2)} ${'word '.repeat(promptWords)}`;
}

async function inProcess(streams) {
  const requests = Array.from({ length: streams }, (_, stream) => ({
    prompt: { kind: 'text', text: promptOf(stream) },
    sampling: GREEDY_SAMPLING,
    stop: [],
    maxTokens,
    topLogprobs: null,
    cacheScope: 'bench',
    acceptedTokens: [],
  }));
  direct.send({ run: { requests } });
  const [{ tokens, ms }] = await once(direct, 'message');
  return tokens / (ms / 1000);
}

async function wholePath(streams) {
  const startedAt = performance.now();
  const counts = await Promise.all(Array.from({ length: streams }, (_, stream) => stream1(stream)));
  const tokens = counts.reduce((sum, count) => sum + count, 0);
  return tokens / ((performance.now() - startedAt) / 1000);
}

/** Streams one completion; gives the tokens that the usage chunk counts. */
function stream1(stream) {
  const body = JSON.stringify({
    model: 'bench',
    prompt: promptOf(stream),
    max_tokens: maxTokens,
    temperature: 0,
    min_p: 0,
    stream: true,
    stream_options: { include_usage: true },
  });
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${corral.url}/v1/completions`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${corral.apiKey}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (answer) => {
        let last = '';
        answer.setEncoding('utf8');
        answer.on('data', (text) => (last = (last + text).slice(-1000)));
        answer.on('end', () => {
          const tokens = /"completion_tokens":(\d+)/.exec(last)?.[1];
          if (tokens === undefined) reject(new Error(`no usage in: ${last}`));
          else resolve(Number(tokens));
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function median(numbers) {
  return quantile(
    [...numbers].sort((a, b) => a - b),
    0.5,
  );
}

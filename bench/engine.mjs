/**
 * The engine by itself, in one process on one machine: tokens per second of its step loop at 1, 4,
 * 8 and 16 streams, beside the bare decode and draw that bounds it, and beside the public API of
 * node-llama-cpp (`sequence.evaluate()` on as many sequences at once).
 *
 *   node bench/engine.mjs [--model FILE | --size TINY|M5|M100] [--threads N] [--tokens 64]
 *                         [--prompt 100] [--rounds 3]
 *
 * Rounds alternate between the three, and the best of each counts: what else runs on the machine
 * only ever takes time away. Rates are of decoding, from the first token of the last stream.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { GREEDY_SAMPLING, replicaSpecSchema } from '@corral/contracts';
import { M5, M100, TINY, writeGguf } from '@corral/testing';
import { Engine } from '../apps/engine/dist/serving/engine.js';
import { planSampling } from '../apps/engine/dist/context/sampling.js';
import { loadModel } from '../apps/engine/dist/load/load-model.js';
import { getLlama } from '../apps/engine/node_modules/node-llama-cpp/dist/index.js';
import { machineLine } from './machine.mjs';

const SIZES = { TINY, M5, M100 };
const STREAMS = [1, 4, 8, 16];
const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    size: { type: 'string', default: 'M100' },
    threads: { type: 'string' },
    tokens: { type: 'string', default: '64' },
    prompt: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '3' },
  },
});
const [tokens, promptTokens, rounds] = [values.tokens, values.prompt, values.rounds].map(Number);
const contextTokens = 256 * Math.ceil((tokens + promptTokens + 1) / 256);

/** A prompt of its own for each stream, so that none finds another's prefix. */
function promptOf(stream, round) {
  return Array.from({ length: promptTokens }, (_, i) => (i === 0 ? stream + 20 * round : i % 200));
}

/** Counts what is generated once every stream has its first token. */
class DecodeRate {
  startedAt = null;
  tokens = 0;

  constructor(streams) {
    this.waiting = streams;
  }

  count(index, count) {
    if (this.startedAt !== null) this.tokens += count;
    else if (index === 0 && --this.waiting === 0) this.startedAt = performance.now();
  }

  perSecond() {
    return this.tokens / ((performance.now() - this.startedAt) / 1000);
  }
}

/** Tokens per second of the engine's step loop. */
async function stepLoop(model, streams, round) {
  const rate = new DecodeRate(streams);
  let ended = 0;
  let finish = () => undefined;
  const finished = new Promise((resolve) => (finish = resolve));
  const engine = new Engine({
    model,
    interTokenTargetMs: 1000,
    events: {
      step(pieces) {
        for (const piece of pieces) {
          rate.count(piece.index, piece.tokens.length);
          if (piece.finish && ++ended === streams) finish();
        }
      },
      stats: () => undefined,
    },
  });
  const running = engine.run();
  for (let stream = 0; stream < streams; stream++) {
    engine.start({
      key: String(stream),
      remainingMs: null,
      request: {
        prompt: { kind: 'tokens', tokens: promptOf(stream, round) },
        sampling: GREEDY_SAMPLING,
        stop: [],
        maxTokens: tokens,
        topLogprobs: null,
        cacheScope: `round-${round}`,
        acceptedTokens: [],
      },
    });
  }
  await finished;
  const perSecond = rate.perSecond();
  engine.stop();
  await running;
  await emptySlots(model.context, streams);
  return perSecond;
}

/** Tokens per second of nothing but decode and draw: what a loop cannot exceed. */
async function bareDecode({ context }, streams, round) {
  const plan = planSampling(GREEDY_SAMPLING, {
    topLogprobs: null,
    contextTokens,
    drawSeed: () => 0,
  });
  const samplers = Array.from({ length: streams }, () => context.openSampler(plan));
  samplers.forEach((sampler) => sampler.aim(0, []));
  for (let slot = 0; slot < streams; slot++) {
    const prompt = Uint32Array.from(promptOf(slot, round));
    await context.step([{ slot, position: 0, tokens: prompt, sampler: null }]);
  }
  let next = samplers.map(() => 1);
  const startedAt = performance.now();
  for (let step = 0; step < tokens - 1; step++) {
    const drawn = await context.step(
      samplers.map((sampler, slot) => ({
        slot,
        position: promptTokens + step,
        tokens: Uint32Array.of(next[slot]),
        sampler,
      })),
    );
    next = drawn.map(({ token }) => token);
  }
  const rate = (streams * (tokens - 1)) / ((performance.now() - startedAt) / 1000);
  samplers.forEach((sampler) => sampler.dispose());
  await emptySlots(context, streams);
  return rate;
}

async function emptySlots(context, streams) {
  for (let slot = 0; slot < streams; slot++) await context.truncate(slot, 0);
}

/** Tokens per second of `sequence.evaluate()`, all sequences at once. */
async function publicApi(sequences, round) {
  const rate = new DecodeRate(sequences.length);
  const evaluate = async (sequence, stream) => {
    await sequence.clearHistory();
    let count = 0;
    const options = { temperature: 0, yieldEogToken: true };
    const generated = sequence.evaluate(promptOf(stream, round), options);
    while (count < tokens && !(await generated.next()).done) rate.count(count++, 1);
    await generated.return();
  };
  await Promise.all(sequences.map(evaluate));
  return rate.perSecond();
}

async function openPublic(modelPath, streams, threads) {
  const llama = await getLlama({ build: 'never', gpu: false, maxThreads: threads });
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({
    contextSize: contextTokens,
    sequences: streams,
    threads,
    batchSize: 512,
  });
  return {
    sequences: Array.from({ length: streams }, () => context.getSequence()),
    close: () => model.dispose(),
  };
}

async function measure(modelPath, streams) {
  const loaded = await loadModel({
    modelPath,
    maxThreads: Number(values.threads ?? 1024),
    spec: replicaSpecSchema.parse({
      slots: streams,
      contextTokens,
      gpuLayers: 0,
      threads: values.threads === undefined ? null : Number(values.threads),
    }),
  });
  if (!loaded.ok) throw new Error(loaded.failure.message);
  const { threads } = loaded.model.ready;
  const best = { bare: 0, loop: 0, public: 0 };
  const other = await openPublic(modelPath, streams, threads);
  for (let round = 0; round < rounds; round++) {
    best.bare = Math.max(best.bare, await bareDecode(loaded.model, streams, round));
    best.loop = Math.max(best.loop, await stepLoop(loaded.model, streams, round));
    best.public = Math.max(best.public, await publicApi(other.sequences, round));
  }
  await other.close();
  await loaded.model.context.dispose();
  return { threads, ...best };
}

const folder = await mkdtemp(join(tmpdir(), 'corral-bench-'));
try {
  const modelPath = values.model ?? join(folder, 'model.gguf');
  if (values.model === undefined) await writeGguf(modelPath, { shape: SIZES[values.size] });
  const rows = [];
  for (const streams of STREAMS) rows.push({ streams, ...(await measure(modelPath, streams)) });
  console.log(`${machineLine()}; ${rows[0].threads} decode threads`);
  console.log(
    `${values.model ?? `${values.size}, random q8_0 weights`}; prompts of ${promptTokens} tokens, ` +
      `${tokens} out; tokens/s of all streams together, best of ${rounds} rounds`,
  );
  console.log('streams | public API | step loop | bare decode | loop / public | loop / bare');
  for (const { streams, public: api, loop, bare } of rows) {
    const cells = [streams, api.toFixed(0), loop.toFixed(0), bare.toFixed(0)];
    console.log([...cells, (loop / api).toFixed(2), (loop / bare).toFixed(2)].join(' | '));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);

/**
 * Requests for the simulator: when each comes, whose it is, and how long its prompt and its answer
 * are. Lengths are those of a recorded trace in its order, or drawn when there is none.
 */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

/** Tokens of a block of Mooncake's. */
const MOONCAKE_BLOCK = 512;

/** mulberry32 (public domain, Tommy Ettinger). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * @param {string | null} path a trace of Mooncake (`.jsonl`) or of Azure (`.csv`), gzipped or not;
 *   null: drawn, log-normal, prompts of 500 and answers of 120 tokens in the middle
 * @returns {Promise<(index: number, random: () => number) => object>} prompt, output, and the
 *   blocks' hashes where the trace has them
 */
export async function lengthsOf(path) {
  if (path === null) return (_index, random) => drawn(random);
  const lengths = await traceOf(path);
  return (index) => lengths[index % lengths.length];
}

/** The requests of a recorded trace, in its order. */
export async function traceOf(path) {
  const file = await readFile(path);
  const text = (path.endsWith('.gz') ? gunzipSync(file) : file).toString('utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const requests = path.includes('.jsonl') ? lines.map(ofMooncake) : lines.slice(1).map(ofAzure);
  if (requests.length === 0) throw new Error(`There is no request in ${path}.`);
  return requests;
}

function drawn(random) {
  const prompt = logNormal(random, 500, 0.8, 4_000);
  return { prompt, output: logNormal(random, 120, 0.7, 1_000), hashes: [], blockTokens: 0 };
}

function logNormal(random, median, sigma, most) {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.max(1, Math.min(most, Math.round(median * Math.exp(sigma * normal))));
}

function ofMooncake(line) {
  const { timestamp, input_length: prompt, output_length: output, hash_ids } = JSON.parse(line);
  const hashes = hash_ids.slice(0, Math.floor(prompt / MOONCAKE_BLOCK));
  const lengths = { prompt, output: Math.max(1, output) };
  return { atMs: timestamp, ...lengths, hashes, blockTokens: MOONCAKE_BLOCK };
}

function ofAzure(line) {
  const [, prompt, output] = line.split(',').map(Number);
  return { prompt, output: Math.max(1, output), hashes: [], blockTokens: 0 };
}

/**
 * Poisson arrivals of several tenants.
 *
 * @param {Record<string, number>} rates requests per second of each tenant
 * @param {Awaited<ReturnType<typeof lengthsOf>>} lengths each tenant goes through them from a
 *   place of its own, whatever the others do
 */
export function arrivalsOf(rates, lengths, durationMs, seed) {
  const requests = Object.entries(rates).flatMap(([tenant, perSecond], number) => {
    const random = randomOf(seed * 1_000 + number);
    const own = [];
    for (let atMs = gap(random, perSecond); atMs < durationMs; atMs += gap(random, perSecond)) {
      const id = `${tenant}/${own.length}`;
      const { prompt, output } = lengths(number * 499 + own.length, random);
      own.push({ id, tenant, atMs, prompt, output, hashes: [], blockTokens: 0 });
    }
    return own;
  });
  return requests.sort((a, b) => a.atMs - b.atMs);
}

function gap(random, perSecond) {
  return (-Math.log(1 - random()) / perSecond) * 1_000;
}

/**
 * A recorded trace in its own rhythm, so much faster that it brings `perSecond` requests on average.
 */
export function replayed(trace, perSecond) {
  const lastMs = trace.at(-1).atMs;
  const factor = trace.length / (lastMs / 1_000) / perSecond;
  return trace.map((request, n) => {
    return { ...request, id: `r${n}`, tenant: 'all', atMs: request.atMs * factor };
  });
}

/**
 * A stand-in for a recorded trace with shared prefixes, in its own rhythm: conversations that begin
 * with one of a few system prompts and grow turn by turn.
 */
export function conversations(count, seed) {
  const random = randomOf(seed);
  const open = [];
  const requests = [];
  let hash = 1_000_000;
  const add = (blocks) => Array.from({ length: blocks }, () => (hash += 1));
  const systems = Array.from({ length: 12 }, () => add(2 + Math.floor(random() * 6)));
  for (let n = 0, atMs = 0; n < count; n += 1, atMs += gap(random, 4)) {
    let turn = random() < 0.7 ? open[Math.floor(random() * open.length)] : undefined;
    if (turn === undefined) {
      turn = { hashes: systems[Math.floor(random() ** 2 * systems.length)] };
      open.push(turn);
      if (open.length > 120) open.shift();
    }
    turn.hashes = [...turn.hashes, ...add(1 + Math.floor(random() ** 3 * 24))];
    const prompt = turn.hashes.length * MOONCAKE_BLOCK + Math.floor(random() * MOONCAKE_BLOCK);
    const output = logNormal(random, 120, 0.7, 1_000);
    requests.push({ atMs, prompt, output, hashes: turn.hashes, blockTokens: MOONCAKE_BLOCK });
  }
  return requests;
}

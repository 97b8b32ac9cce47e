/**
 * The scheduler's pure core in simulated time: is it fair, what does fairness cost, and how many
 * decisions does it make in a second?
 *
 *   node bench/simulator.mjs [--trace PATH] [--workers 8] [--slots 16] [--minutes 10] [--seed 1]
 *
 * Eight tenants, one of which sends ten times what each other does. `--trace` takes lengths from a
 * recorded trace (Mooncake's `.jsonl`, Azure's `.csv`, gzipped or not); without it they are drawn.
 * Build first. Exits with 1 when a target is missed.
 */
import { parseArgs } from 'node:util';
import { quantile } from './load.mjs';
import { machineLine } from './machine.mjs';
import { simulate } from './simulate/cluster.mjs';
import { measureDecisions } from './simulate/decisions.mjs';
import { arrivalsOf, lengthsOf } from './simulate/requests.mjs';

const { values } = parseArgs({
  options: {
    trace: { type: 'string' },
    workers: { type: 'string', default: '8' },
    slots: { type: 'string', default: '16' },
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
});
const world = {
  workers: Number(values.workers),
  slots: Number(values.slots),
  durationMs: Number(values.minutes) * 60_000,
  windowMs: 30_000,
};
const seed = Number(values.seed);
const lengths = await lengthsOf(values.trace ?? null);
const QUIET = ['q1', 'q2', 'q3', 'q4', 'q5', 'q6', 'q7'];
const LOUD_TIMES = 10;
/** Until the slots have filled; not counted. */
const WARM_UP_MS = 60_000;
let missed = false;

console.log(machineLine());
console.log(
  `${world.workers} workers of ${world.slots} slots, ${values.minutes} simulated minutes, seed ${seed}, ` +
    `lengths ${values.trace === undefined ? 'drawn' : `of ${values.trace}`}`,
);
const capacity = capacityPerSecond();
console.log(`Capacity: ${capacity.toFixed(1)} requests/s, every slot busy.\n`);
everyoneAboveTheirShare();
quietBelowTheirShare();
decisions();
process.exitCode = missed ? 1 : 0;

/** Requests per second when far more come than can be served. */
function capacityPerSecond() {
  const rate = world.workers * world.slots;
  const { ended } = run({ all: rate }, false);
  return ended / ((world.durationMs - WARM_UP_MS) / 1_000);
}

/** All eight want more than an eighth: each should get an eighth. */
function everyoneAboveTheirShare() {
  const rates = ratesOf(0.2 * capacity);
  console.log(`Each of seven tenants sends 0.2 of capacity, one sends ${LOUD_TIMES} times that`);
  const [fcfs, fair] = [false, true].map((policy) => run(rates, policy));
  report('Jain, windows in which all eight wait, first come first served', fcfs.jain, fcfs.windows);
  report('Jain, windows in which all eight wait, fair', fair.jain, fair.windows);
  target('  worst window, fair', fair.jain, '>=', 0.98);
  target('  tokens served, fair / first come first served', fair.tokens / fcfs.tokens, '>=', 0.97);
  console.log();
}

/** Seven want less than an eighth, and should not notice that the eighth floods the queue. */
function quietBelowTheirShare() {
  const rates = ratesOf(0.07 * capacity);
  const quietOnly = { ...rates, loud: 0 };
  console.log(`Each of seven tenants sends 0.07 of capacity, one sends ${LOUD_TIMES} times that`);
  const alone = run(quietOnly, true);
  const fcfs = run(rates, false);
  const fair = run(rates, true);
  for (const [name, { p99Ms, refused }] of Object.entries({ alone, fcfs, fair })) {
    console.log(
      `  quiet tenants' p99 TTFT, ${name.padEnd(5)}: ${p99Ms.toFixed(0)} ms, ${refused} of theirs refused`,
    );
  }
  target("  quiet tenants' p99 TTFT, fair / alone", fair.p99Ms / alone.p99Ms, '<=', 2);
  target('  tokens served, fair / first come first served', fair.tokens / fcfs.tokens, '>=', 0.97);
  console.log();
}

function decisions() {
  const figures = new Map([10, 100, 1_000].map((n) => [n, measureDecisions(n, 50_000)]));
  console.log(
    'A slot is freed, another is given out, and one more is queued (1,000 wait, 100 tenants)',
  );
  for (const [workers, { perSecond, p50Ms, p99Ms }] of figures) {
    console.log(
      `  ${String(workers).padStart(5)} workers: ${Math.round(perSecond).toLocaleString('en-US')}/s, ` +
        `p50 ${p50Ms.toFixed(4)} ms, p99 ${p99Ms.toFixed(4)} ms`,
    );
  }
  const large = figures.get(1_000);
  target('  decisions per second, 1,000 workers', large.perSecond, '>=', 10_000);
  target('  p99 in ms, 1,000 workers', large.p99Ms, '<=', 0.5);
  target('  p99, 1,000 workers / 10 workers', large.p99Ms / figures.get(10).p99Ms, '<=', 4);
}

function ratesOf(quietPerSecond) {
  return {
    ...Object.fromEntries(QUIET.map((tenant) => [tenant, quietPerSecond])),
    loud: LOUD_TIMES * quietPerSecond,
  };
}

function run(rates, fair) {
  const requests = arrivalsOf(rates, lengths, world.durationMs, seed);
  const windows = simulate(requests, { ...world, fair }).slice(WARM_UP_MS / world.windowMs);
  const quiet = requests.filter(({ tenant, atMs }) => tenant !== 'loud' && atMs >= WARM_UP_MS);
  const ttfts = quiet
    .filter(({ firstTokenAtMs }) => firstTokenAtMs !== null)
    .map(({ atMs, firstTokenAtMs }) => firstTokenAtMs - atMs)
    .sort((a, b) => a - b);
  const backlogged = windows.filter(({ idle }) => idle.size === 0);
  const tenants = Object.keys(rates);
  const jains = backlogged.map(({ served }) => jain(tenants.map((one) => served.get(one) ?? 0)));
  return {
    ended: requests.filter(({ endedAtMs }) => endedAtMs >= WARM_UP_MS).length,
    tokens: windows.reduce((sum, { served }) => sum + total([...served.values()]), 0),
    p99Ms: quantile(ttfts, 0.99),
    refused: quiet.filter(({ refused }) => refused).length,
    /** Of the worst window. */
    jain: Math.min(...jains),
    windows: backlogged.length,
  };
}

/** Jain's index: 1 when all have the same, 1/n when one has everything. */
function jain(amounts) {
  return total(amounts) ** 2 / (amounts.length * total(amounts.map((amount) => amount ** 2)));
}

function total(amounts) {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}

function report(name, value, windows) {
  console.log(`  ${name}: ${value.toFixed(3)} at worst (${windows} windows)`);
}

function target(name, value, relation, limit) {
  const met = relation === '<=' ? value <= limit : value >= limit;
  missed ||= !met;
  const shown = value >= 1_000 ? Math.round(value).toLocaleString('en-US') : value.toFixed(3);
  console.log(`${name}: ${shown} (target ${relation} ${limit}: ${met ? 'met' : 'MISSED'})`);
}

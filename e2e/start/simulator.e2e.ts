/** The short form of bench/simulator.mjs: fixed seed, simulated time, the scheduler's core as built. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const SIMULATOR = resolve(import.meta.dirname, '../../bench/simulator.mjs');

describe('the simulator, in short', () => {
  let output = '';
  beforeAll(async () => {
    ({ stdout: output } = await promisify(execFile)(process.execPath, [SIMULATOR, '--short']));
  }, 120_000);

  it.each([
    'mean TTFT, ours / round-robin',
    'mean TTFT, ours / SGLang',
    'max/mean load, ours',
    'shed, ours - SGLang',
    'mean TTFT, ours / least-load',
    'worst window, fair',
    "quiet tenants' p99 TTFT, fair / alone",
    'tokens served, fair / first come first served',
  ])('meets its target: %s', (figure) => {
    const lines = output.split('\n').filter((line) => line.trim().startsWith(`${figure}:`));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => !line.includes(': met)'))).toEqual([]);
  });
});

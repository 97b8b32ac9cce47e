/**
 * What the gateway adds: a complete way through Corral (HTTP, controller, NATS, worker, an engine
 * that answers at once, and back) beside Portkey's gateway in front of a server that answers at
 * once, in one run on one machine.
 *
 *   node bench/gateway.mjs [--requests 3000]
 *
 * "Added" is the latency less that of the bare server, asked in the same way. On Linux the process
 * under test is bound to the first core, and everything else to the others, so that requests per
 * second are those of one core.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fakeEngineEntry, fakeTemplate, TINY, writeGguf } from '@corral/testing';
import { startCorral } from './corral.mjs';
import { runLoad } from './load.mjs';
import { machineLine } from './machine.mjs';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '3000' } } });
const requests = Number(values.requests);
const UPSTREAM_PORT = 17_311;
const PORTKEY_PORT = 17_312;
const CORRAL_PORT = 17_313;
const PATH = '/v1/chat/completions';

const body = JSON.stringify({
  model: 'instant',
  max_tokens: 8,
  messages: [{ role: 'user', content: 'Say something short.' }],
});

const upstream = http.createServer((request, response) => {
  request.resume().on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1,
        model: 'instant',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: 'Something short, as you wished.' },
            finish_reason: 'stop',
          },
        ],
        usage: { prompt_tokens: 5, completion_tokens: 8, total_tokens: 13 },
      }),
    );
  });
});

console.log(machineLine());
upstream.listen(UPSTREAM_PORT, '127.0.0.1');
await once(upstream, 'listening');
bind(process.pid, 'others');

const bare = await measure('no gateway', `http://127.0.0.1:${UPSTREAM_PORT}${PATH}`, {});
const portkey = await withPortkey(() =>
  measure('Portkey 1.15', `http://127.0.0.1:${PORTKEY_PORT}${PATH}`, {
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `http://127.0.0.1:${UPSTREAM_PORT}/v1`,
    authorization: 'Bearer none',
  }),
);
const corral = await withCorral((url, apiKey) =>
  measure('Corral', `${url}${PATH}`, { authorization: `Bearer ${apiKey}` }),
);
upstream.close();
upstream.closeAllConnections();

console.log('\n                      added p50   added p99      req/s');
for (const connections of [1, 16]) {
  for (const { name, at } of [portkey, corral]) {
    const { p50Ms, p99Ms, perSecond } = at[connections];
    const base = bare.at[connections];
    console.log(
      `${name.padEnd(12)} ${String(connections).padStart(2)} conn ${ms(p50Ms - base.p50Ms)} ${ms(p99Ms - base.p99Ms)} ${perSecond.toFixed(0).padStart(10)}`,
    );
  }
}
const ratio = (pick) => (pick(corral) / pick(portkey)).toFixed(2);
console.log(
  `\nCorral / Portkey: added p50 at 1 connection ${ratio(({ at }) => at[1].p50Ms - bare.at[1].p50Ms)}, requests per second at 16 connections ${ratio(({ at }) => at[16].perSecond)}`,
);

async function measure(name, url, headers) {
  const at = {};
  for (const connections of [1, 16]) {
    const load = { url, headers, body, connections, requests, warmUp: 1000 };
    at[connections] = await runLoad(load);
    if (at[connections].failed > 0) throw new Error(`${name}: ${at[connections].failed} failed`);
  }
  return { name, at };
}

async function withPortkey(use) {
  const start = resolve(
    import.meta.dirname,
    'node_modules/@portkey-ai/gateway/build/start-server.js',
  );
  const child = spawn(process.execPath, [start, `--port=${PORTKEY_PORT}`, '--headless'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise((ready) => {
    child.stdout.on('data', (text) => text.includes('Ready') && ready());
  });
  child.stdout.resume();
  bind(child.pid, 'first');
  const result = await use();
  child.kill();
  return result;
}

async function withCorral(use) {
  const model = join(tmpdir(), 'corral-bench-tiny.gguf');
  await writeGguf(model, { shape: TINY });
  const corral = await startCorral({
    port: CORRAL_PORT,
    env: { CORRAL_ENGINE_ENTRY: fakeEngineEntry() },
  });
  try {
    await corral.deploy(model, {
      name: 'instant',
      spec: { slots: 64, contextTokens: 512, chatTemplate: fakeTemplate({ tokensPerSecond: 0 }) },
    });
    const { controller, ...others } = await corral.pids();
    bind(controller, 'first');
    for (const pid of Object.values(others)) bind(pid, 'others');
    return await use(corral.url, corral.apiKey);
  } finally {
    await corral.stop();
  }
}

/** Binds a process and its threads to the first core, or to all but the first; Linux only. */
function bind(pid, where) {
  if (process.platform !== 'linux') return;
  const cores = where === 'first' ? '0' : '1-1023';
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, String(pid)], {
    stdio: 'ignore',
  });
}

function ms(value) {
  return `${value.toFixed(2).padStart(8)} ms`;
}

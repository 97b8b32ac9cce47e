/** A Corral for a benchmark: `corral up` on a data folder and a port of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const CLI = resolve(import.meta.dirname, '../apps/cli/bin/corral.mjs');

/**
 * @param {{ port: number, env?: Record<string, string> }} options
 * @returns started, without any model; `admin` calls the admin API and throws on an error
 */
export async function startCorral({ port, env = {} }) {
  const home = await mkdtemp(join(tmpdir(), 'corral-bench-'));
  const child = spawn(
    process.execPath,
    [CLI, 'up', '--json', '--no-model', '--home', home, '--port', String(port)],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let ready = null;
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line);
    if (event.event === 'ready') {
      ready = event;
      break;
    }
  }
  if (ready === null) throw new Error('corral up ended before it was ready');
  child.stdout.resume();
  const adminToken = (await readFile(join(home, 'secrets', 'admin-token'), 'utf8')).trim();

  const admin = async (path, body, method = body === undefined ? 'GET' : 'POST') => {
    const answer = await fetch(`${ready.url}/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };

  return {
    url: ready.url,
    apiKey: ready.apiKey,
    home,
    admin,
    /** Imports a model file and deploys it; resolves when a replica is ready. */
    async deploy(path, deployment) {
      const { importId } = await admin('/models/import', { path });
      const model = await until(async () => {
        const { data } = await admin('/models');
        return data.find((one) => one.importId === importId && one.state === 'ready');
      });
      await admin('/deployments', { ...deployment, model: model.digest });
      await until(async () => (await admin(`/deployments/${deployment.name}`)).state === 'ready');
    },
    /** The processes' ids by name, as `corral up` keeps them. */
    async pids() {
      const file = await readFile(join(home, 'run', 'processes.json'), 'utf8');
      return Object.fromEntries(JSON.parse(file).map(({ name, pid }) => [name, pid]));
    },
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGINT');
      await exited;
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function until(look) {
  for (let tries = 0; tries < 1200; tries += 1) {
    const found = await look();
    if (found) return found;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error('not ready within a minute');
}

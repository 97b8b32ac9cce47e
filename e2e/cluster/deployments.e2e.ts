/**
 * Deployments over their life, by the command line and with two controllers: declared in a file,
 * called by an alias, scaled by hand and by load, unloaded when idle and loaded on demand.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deploymentViewSchema, type CreatedKey, type DeploymentView } from '@corral/contracts/http';
import { fakeTemplate, until, type FakeOptions } from '@corral/testing';
import { Cluster } from '../support/cluster.js';
import { corral } from '../support/cluster-cli.js';
import { ask, isComplete, isExact, type Question } from '../support/load-client.js';

const STATE_TIMEOUT_MS = 30_000;

let cluster: Cluster;
let key: CreatedKey;

beforeAll(async () => {
  cluster = await Cluster.start({ controllers: 2, workers: 2 });
  key = await cluster.createKey();
}, 180_000);
afterAll(() => cluster.stop());

const run = (...args: string[]) => corral(cluster.urls[0] ?? '', ...args);

async function view(name: string, at = 0): Promise<DeploymentView> {
  return deploymentViewSchema.parse(await cluster.adminJson(`/deployments/${name}`, {}, at));
}

/** On every controller. */
async function becomes(name: string, is: (deployment: DeploymentView) => boolean): Promise<void> {
  const everywhere = async (): Promise<boolean> => {
    const views = await Promise.all([...cluster.urls.keys()].map((at) => view(name, at)));
    return views.every(is);
  };
  await until(`${name} on every controller`, everywhere, STATE_TIMEOUT_MS);
}

/** Applies a file that declares this one deployment; gives what the command line printed. */
async function declare(fields: object, fake: Partial<FakeOptions>, slots: number): Promise<string> {
  const spec = { slots, contextTokens: 4096, chatTemplate: fakeTemplate(fake) };
  const deployments = [{ model: 'tiny.gguf', ...fields, spec }];
  const file = join(cluster.folder, 'declared.yaml');
  await writeFile(file, JSON.stringify({ apiVersion: 'corral/v1', deployments }));
  return run('apply', '-f', file);
}

function question(model: string, at: number, change: Partial<Question> = {}): Question {
  const url = cluster.urls[at] ?? '';
  const of = { promptTokens: 10, maxTokens: 20, seed: 7 };
  return { url, apiKey: key.apiKey, model, ...of, ...change };
}

describe('a deployment', () => {
  it('is made by applying a file, and answers to its alias on every controller', async () => {
    const output = await declare({ name: 'team/coder', aliases: ['gpt-x'] }, {}, 4);
    expect(output).toContain('+ team/coder: create');
    expect(output).toContain('1 created, 0 changed, 0 removed, 0 unchanged.');
    await becomes('team/coder', ({ state }) => state === 'ready');
    for (const at of cluster.urls.keys()) {
      const seen = await ask(question('gpt-x', at)).ended;
      expect(seen.error).toBeNull();
      expect(isComplete(seen) && isExact(seen)).toBe(true);
    }
  });

  it('is exported so that applying it changes nothing', async () => {
    const file = join(cluster.folder, 'exported.yaml');
    await writeFile(file, await run('export'));
    const output = await run('apply', '-f', file, '--prune');
    expect(output.split('\n').at(-1)).toBe('0 created, 0 changed, 0 removed, 1 unchanged.');
  });

  it('has as many replicas as it is scaled to', async () => {
    expect(await run('scale', 'team/coder', '2')).toBe('team/coder has 2 of 2 replicas ready.');
    const revisions = await cluster.adminJson('/revisions/team/coder');
    expect(revisions).toMatchObject({ data: [{ number: 1 }] });
  });

  it('gets another replica when requests wait', async () => {
    await declare({ name: 'busy', minReplicas: 1, maxReplicas: 2 }, { tokensPerSecond: 10 }, 1);
    await becomes('busy', ({ state }) => state === 'ready');
    const asked = [0, 1, 0].map((at) => ask(question('busy', at, { maxTokens: 80 })));
    await becomes('busy', ({ readyReplicas }) => readyReplicas === 2);
    const seen = await Promise.all(asked.map(({ ended }) => ended));
    expect(seen.filter((one) => isComplete(one) && isExact(one))).toHaveLength(3);
    const entries = await cluster.adminJson('/audit?subjectKind=deployment&subjectId=busy');
    expect(entries).toMatchObject({
      data: [{ action: 'deployment.scale', after: { replicas: 2 } }, {}],
    });
  }, 60_000);

  it('is unloaded when idle, and loaded for the next request, which is answered', async () => {
    await declare({ name: 'sleeper', idleTimeoutS: 10 }, { loadMs: 1_500 }, 2);
    await becomes('sleeper', ({ state }) => state === 'ready');
    await becomes('sleeper', ({ state }) => state === 'unloaded');
    const replicas = async () =>
      (await cluster.overview()).nodes
        .flatMap((node) => node.replicas)
        .filter(({ deployment }) => deployment === 'sleeper');
    await until('its replicas are gone', async () => (await replicas()).length === 0);

    const seen = await ask(question('sleeper', 1)).ended;
    expect(seen.error).toBeNull();
    expect(isComplete(seen) && isExact(seen)).toBe(true);
    expect((seen.endedAtMs ?? 0) - seen.sentAtMs).toBeGreaterThan(1_400);
    await becomes('sleeper', ({ state }) => state === 'ready');
  }, 60_000);
});

/** A second machine joins a Corral with a token, serves, comes back, and is shut out. */
import { mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createdJoinTokenSchema, importStartedSchema, type NodeView } from '@corral/contracts/http';
import { fakeEngineEntry, fakeTemplate, TINY, writeGguf } from '@corral/testing';
import { Command } from '../support/command.js';
import { Corral, eventually } from '../support/corral.js';

const ENGINE = { CORRAL_ENGINE_ENTRY: fakeEngineEntry() };

describe('a second machine', () => {
  let corral: Corral;
  let away: string;
  let worker: Command;

  beforeAll(async () => {
    away = await mkdtemp(join(tmpdir(), 'corral away '));
    corral = await Corral.start({ args: ['--no-model'], env: ENGINE });
  }, 120_000);
  afterAll(async () => {
    await worker.stop();
    await corral.stop();
    await rm(away, { recursive: true, force: true });
  });

  const node = async (): Promise<NodeView | undefined> =>
    (await corral.overview()).nodes.find(({ name }) => name === 'second');
  const ready = () =>
    eventually('it is there', async () => {
      const found = await node();
      return found?.state === 'ready' ? found : null;
    });
  async function newToken(): Promise<{ token: string; url: string }> {
    const made = Command.run(ENGINE, 'join-token', '--home', corral.home, '--json');
    expect(await made.end()).toBe(0);
    return createdJoinTokenSchema.parse(JSON.parse(made.output));
  }
  const join2 = (url: string, token: string, home: string): Command =>
    Command.run(ENGINE, 'worker', 'join', url, token, '--name', 'second', '--home', home);

  it('joins with a token, and answers', async () => {
    const { token, url } = await newToken();
    worker = join2(url, token, away);
    const { id: nodeId } = await ready();
    const { mode } = await stat(join(away, 'worker', 'enrolment.json'));
    expect(mode & 0o777).toBe(0o600);

    const path = join(away, 'tiny.gguf');
    await writeGguf(path, { shape: TINY });
    const post = async (to: string, body: object): Promise<unknown> => {
      const answer = await corral.admin(to, { method: 'POST', body: JSON.stringify(body) });
      expect([to, answer.ok, await answer.clone().text()]).toEqual([to, true, expect.any(String)]);
      return answer.json();
    };
    importStartedSchema.parse(await post('/models/import', { path, nodeId }));
    const model = await eventually('the model', async () =>
      (await node())?.models.find(({ state }) => state === 'ready'),
    );
    const spec = { slots: 2, contextTokens: 1024, chatTemplate: fakeTemplate({}) };
    const deployment = { name: 'far', model: model.digest, nodeId, replicas: 1, spec };
    await post('/deployments', deployment);
    await eventually('the replica', async () =>
      (await node())?.replicas.some(({ state }) => state === 'ready'),
    );
    const answer = await corral.client().chat.completions.create({
      model: 'far',
      messages: [{ role: 'user', content: 'Hello' }],
      max_tokens: 4,
    });
    expect(answer.usage?.completion_tokens).toBe(4);

    const again = await mkdtemp(join(tmpdir(), 'corral again '));
    const second = join2(url, token, again);
    expect(await second.end()).toBe(4);
    expect(second.output).toContain('corral join-token');
    await rm(again, { recursive: true });
  }, 120_000);

  it('comes back with what it has kept', async () => {
    await worker.stop();
    worker = Command.run(ENGINE, 'worker', 'start', '--name', 'second', '--home', away);
    await eventually('it is gone, and back', async () => {
      const found = await node();
      return found?.state === 'ready' && found.replicas.some(({ state }) => state === 'ready');
    });
  }, 60_000);

  it('is cut off when it is revoked, and cannot return', async () => {
    const { id } = await ready();
    const answer = await corral.admin(`/nodes/${id}/revoke`, { method: 'POST' });
    expect(await answer.json()).toMatchObject({ id, cutOff: true });
    expect(await worker.end()).not.toBe(0);
    expect(worker.output).toContain('it was revoked');
    await eventually('it is lost', async () => (await node())?.state === 'lost');
    worker = Command.run(ENGINE, 'worker', 'start', '--name', 'second', '--home', away);
    expect(await worker.end()).not.toBe(0);
    expect(worker.output).toContain('it was revoked');
  }, 60_000);

  it('hears what it can do when it has never joined', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'corral empty '));
    const command = Command.run(ENGINE, 'worker', 'start', '--home', empty);
    expect(await command.end()).toBe(2);
    expect(command.output).toContain('corral worker join URL TOKEN');
    await rm(empty, { recursive: true });
  }, 30_000);
});

describe('a data folder from before there were keys', () => {
  it('starts with keys of its own', async () => {
    const home = await mkdtemp(join(tmpdir(), 'corral old '));
    try {
      const first = await Corral.start({ home, args: ['--no-model'], env: ENGINE });
      await first.stop();
      await asBefore(home);
      const second = await Corral.start({ home, args: ['--no-model'], env: ENGINE });
      const { nodes } = await second.overview();
      expect(nodes.map(({ state }) => state)).toEqual(['ready']);
      await second.stop();
      expect(await readdir(storeOf(home))).not.toContain('$G');
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  }, 120_000);
});

function storeOf(home: string): string {
  return join(home, 'nats', 'jetstream', 'jetstream');
}

/** As 0.1 left it: passwords in place of keys, and streams in the nameless account. */
async function asBefore(home: string): Promise<void> {
  const store = storeOf(home);
  const account = (await readdir(store)).find((name) => name.startsWith('A')) ?? '';
  await rename(join(store, account), join(store, '$G'));
  await rm(join(home, 'nats', 'accounts'), { recursive: true });
  for (const name of ['nats-authority.json', 'nats-worker.creds']) {
    await rm(join(home, 'secrets', name));
  }
  const password = join(home, 'secrets', 'nats-controller-password');
  await writeFile(password, 'of the old server\n', { mode: 0o600 });
}

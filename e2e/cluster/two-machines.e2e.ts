/**
 * Two machines with a real network between them: `corral up` on this one, `corral worker join` on
 * the second, which gets the model's file from the first. They share work; when the wire is pulled
 * out, streams of the second go on here; when it is back, the second takes part again.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createdJoinTokenSchema, importStartedSchema, type NodeView } from '@corral/contracts/http';
import { fakeEngineEntry, fakeTemplate, TINY, until, writeGguf } from '@corral/testing';
import { Command } from '../support/command.js';
import { Corral } from '../support/corral.js';
import { disagreements, type LedgerRow } from '../support/ledger.js';
import { ask, type Question, type Seen } from '../support/load-client.js';
import { SecondMachine } from '../support/second-machine.js';
import { faultsOf, isFull, isRight, quantile } from '../support/stage.js';

const ENGINE = { CORRAL_ENGINE_ENTRY: fakeEngineEntry() };
const MODEL = 'shared';
const STREAMS = 16;
const UNPLUGGED_MS = 12_000;
const BACK_MS = 5_000;
const LIMIT_MS = 120_000;

const second = isFull ? await SecondMachine.make() : 'it takes a minute; CORRAL_FULL=1 runs it';
if (typeof second === 'string') console.info(`skipped: two machines: ${second}`);

(typeof second === 'string' ? describe.skip : describe)('two machines', () => {
  const machine = second as SecondMachine;
  const sent: Seen[] = [];
  let corral: Corral;
  let away: string;
  let worker: Command;

  beforeAll(async () => {
    away = await mkdtemp(join(tmpdir(), 'corral away '));
    corral = await Corral.start({ args: ['--host', '0.0.0.0', '--no-model'], env: ENGINE });
  }, LIMIT_MS);
  afterAll(async () => {
    await worker.stop();
    await corral.stop();
    await machine.remove();
    await rm(away, { recursive: true, force: true });
  });

  it(
    'become one with a token',
    async () => {
      const made = Command.run(ENGINE, 'join-token', '--home', corral.home, '--json');
      expect(await made.end()).toBe(0);
      const { token } = createdJoinTokenSchema.parse(JSON.parse(made.output));
      const url = `http://${machine.hereAddress}:${corral.port}`;
      const own = ['--name', 'second', '--home', away];
      worker = Command.runOn(machine.launcher, ENGINE, 'worker', 'join', url, token, ...own);
      await until('both to be able to serve', async () => {
        const { nodes } = await corral.overview();
        const able = nodes.filter(({ state, platform }) => state === 'ready' && platform?.engine);
        return able.length === 2;
      });
    },
    LIMIT_MS,
  );

  it(
    'serve a model of which one of them has the file',
    async () => {
      const path = join(corral.home, 'tiny.gguf');
      await writeGguf(path, { shape: TINY });
      const { nodes } = await corral.overview();
      const nodeId = nodes.find(({ name }) => name !== 'second')?.id;
      importStartedSchema.parse(await post('/models/import', { path, nodeId }));
      const digest = await until('the model', async () => {
        const models = (await corral.overview()).nodes.flatMap(({ models: of }) => of);
        return models.find(({ state }) => state === 'ready')?.digest;
      });
      const chatTemplate = fakeTemplate({ tokensPerSecond: 20 });
      const spec = { slots: 32, contextTokens: 4_096, chatTemplate };
      await post('/deployments', { name: MODEL, model: digest, replicas: 2, spec });
      await until('a replica on each', async () => {
        const all = (await corral.overview()).nodes;
        return all.every(({ replicas }) => replicas.some(({ state }) => state === 'ready'));
      });
      const answer = await corral.client().chat.completions.create({
        model: MODEL,
        messages: [{ role: 'user', content: 'Hello' }],
        max_tokens: 4,
      });
      expect(answer.usage?.completion_tokens).toBe(4);
    },
    LIMIT_MS,
  );

  it(
    'share the work, go on without the second when it is cut off, and with it when it is back',
    async () => {
      const asked = Array.from({ length: STREAMS }, (_, n) => ask(question(n, 400)));
      await until('all answers to begin', () => asked.every(({ seen }) => seen.tokens > 5));
      await until('both to share them', isShared);

      const onSecond = busySlotsOf(await nodeNamed('second'));
      await machine.unplug();
      const unpluggedAtMs = performance.now();
      const stateOfSecond = async () => (await nodeNamed('second'))?.state;
      await until(
        'the second machine to be missed',
        async () => (await stateOfSecond()) === 'lost',
      );
      await until('the wire', () => performance.now() - unpluggedAtMs > UNPLUGGED_MS);
      await machine.plugIn();
      const pluggedAtMs = performance.now();
      await until('it to be back', async () => (await stateOfSecond()) === 'ready', 30_000);
      const backMs = performance.now() - pluggedAtMs;

      const all = await Promise.all(asked.map(({ ended }) => ended));
      await until('all slots to be free', async () => (await busySlots()).every((n) => n === 0));
      const again = Array.from({ length: STREAMS }, (_, n) => ask(question(STREAMS + n, 60)));
      await until('both to share them again', isShared);
      all.push(...(await Promise.all(again.map(({ ended }) => ended))));
      sent.push(...all);

      const rows = await rowsOf(all);
      const moved = all.filter(({ requestId }) => (rows.get(requestId ?? '')?.attempts ?? 0) > 1);
      const gaps = moved.map(({ longestPauseMs }) => longestPauseMs);
      console.info(
        `two machines: ${all.filter(isRight).length}/${all.length} exact, ${moved.length} moved, ` +
          `gap max ${quantile(gaps, 1)} ms; back ${Math.round(backMs)} ms after the wire`,
      );
      expect(faultsOf(all)).toEqual([]);
      expect(moved).toHaveLength(onSecond);
      expect(quantile(gaps, 1)).toBeLessThanOrEqual(8_000);
      expect(backMs).toBeLessThanOrEqual(BACK_MS);
    },
    LIMIT_MS,
  );

  it('and the ledger has all of it, as the clients saw it', async () => {
    expect(disagreements(sent, await rowsOf(sent))).toEqual([]);
  });

  function question(at: number, maxTokens: number): Question {
    const { url, apiKey } = corral;
    return { url, apiKey, model: MODEL, promptTokens: 1 + ((at * 7) % 100), maxTokens, seed: at };
  }

  async function post(path: string, body: object): Promise<unknown> {
    const answer = await corral.admin(path, { method: 'POST', body: JSON.stringify(body) });
    const json: unknown = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(json)}`);
    return json;
  }

  async function nodeNamed(name: string): Promise<NodeView | undefined> {
    return (await corral.overview()).nodes.find((node) => node.name === name);
  }

  function busySlotsOf(node: NodeView | undefined): number {
    return node?.replicas[0]?.activeSlots ?? 0;
  }

  /** Of both machines. */
  async function busySlots(): Promise<number[]> {
    return (await corral.overview()).nodes.map(busySlotsOf);
  }

  /** All are under way, and each has at least a quarter of them. */
  async function isShared(): Promise<boolean> {
    const busy = await busySlots();
    const all = busy.reduce((sum, slots) => sum + slots, 0);
    return all === STREAMS && busy.every((slots) => slots >= STREAMS / 4);
  }

  /** Once the ledger has all of them; of these alone. */
  function rowsOf(all: readonly Seen[]): Promise<Map<string, LedgerRow>> {
    const ids = new Set(all.map(({ requestId }) => requestId));
    return until('all rows', async () => {
      const rows = (await corral.requests()).filter(({ requestId }) => ids.has(requestId));
      return rows.length === ids.size && new Map(rows.map((row) => [row.requestId, row]));
    });
  }
});

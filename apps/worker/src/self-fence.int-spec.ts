/** A worker that cannot reach the NATS server for longer than controllers wait for it. */
import { fakeEngineEntry, fakeSeed, fakeText, TcpProxy, until } from '@corral/testing';
import { UNSURE_AFTER_MS } from './generation/server-contact.pure.js';
import { request } from './testing/test-controller.js';
import { WorkerRig } from './testing/worker-rig.js';

const AWAY_MS = 9_000;
const TOKENS_PER_SECOND = 50;
const SLACK_MS = 250;

let rig: WorkerRig;
const wires: TcpProxy[] = [];
afterEach(async () => {
  await rig.stop();
  await Promise.all(wires.splice(0).map((wire) => wire.stop()));
});

it('goes on when the server refuses, and sends what it generated when it is back', async () => {
  rig = await WorkerRig.start();
  const { controller, nodeId, nats } = rig;
  const { replicaId, enginePid } = await rig.ready({ tokensPerSecond: TOKENS_PER_SECOND });
  const asked = request('gone', { maxTokens: 700 });
  await controller.generate(nodeId, { generationId: 'gone', replicaId }, asked);
  const stream = controller.stream('gone');
  await until('tokens', () => stream.tokens.length > 20);

  await nats.stop();
  const stoppedAtMs = performance.now();
  await until('the end of the outage', () => performance.now() - stoppedAtMs > AWAY_MS);
  await nats.start();

  const { text, finish } = await rig.finished('gone');
  expect(finish).toMatchObject({ reason: 'length' });
  expect(text).toBe(fakeText(fakeSeed(asked), 700));
  const idle = await rig.replica(replicaId, ({ activeSlots }) => activeSlots === 0);
  expect(idle).toMatchObject({ state: 'ready', enginePid, restarts: 0 });
}, 40_000);

it('cut off, ends its attempts, says nothing late, keeps its model, and takes work again', async () => {
  rig = await WorkerRig.start(fakeEngineEntry(), async (serverUrl) => {
    const wire = await TcpProxy.to(serverUrl);
    wires.push(wire);
    return wire.url;
  });
  const { controller, nodeId } = rig;
  const { replicaId, enginePid } = await rig.ready({ tokensPerSecond: TOKENS_PER_SECOND });
  const asked = request('cut off', { maxTokens: 5_000 });
  const attempt = { generationId: 'cut', replicaId };
  await controller.generate(nodeId, attempt, asked);
  const stream = controller.stream('cut');
  await until('tokens', () => stream.tokens.length > 20);

  for (const wire of wires) wire.fallSilent();
  const cutAtMs = performance.now();
  const before = stream.pieces.length;
  const seen = controller.heartbeats.length;
  await until('the end of the outage', () => performance.now() - cutAtMs > AWAY_MS);
  for (const wire of wires) wire.heal();

  await until('heartbeats', () => controller.heartbeats.length > seen + 2);
  const idle = await rig.replica(replicaId, ({ activeSlots }) => activeSlots === 0);
  expect(idle).toMatchObject({ state: 'ready', enginePid, restarts: 0 });
  // What it sent while it could not know arrives with the wire, and nothing of later.
  const late = stream.pieces.length - before;
  expect(late).toBeLessThan(((UNSURE_AFTER_MS + SLACK_MS) / 1_000) * TOKENS_PER_SECOND);
  expect(stream.finish).toBeNull();

  // Heartbeats have a connection of their own, which may be back first.
  await until('an answer to who asks for the rest', async () => {
    const outcome = await controller.resend(nodeId, 'cut', stream.tokens.length);
    return outcome === 'resent';
  });
  await until('the end of it', () => stream.finish);
  expect(stream.finish).toMatchObject({ reason: 'error', failure: { code: 'worker_lost' } });
  expect(stream.text).toBe(fakeText(fakeSeed(asked), 5_000).slice(0, stream.text.length));

  const rest = { ...asked, acceptedTokens: [...stream.tokens], maxTokens: 10 };
  expect(await controller.generate(nodeId, { ...attempt, attempt: 2 }, rest)).toBe('accepted');
  const resumed = await rig.finished('cut', 2);
  const done = stream.tokens.length;
  expect(resumed.text).toBe(fakeText(fakeSeed(asked), done + 10, done));
}, 40_000);

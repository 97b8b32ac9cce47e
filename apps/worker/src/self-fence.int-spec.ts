/** A worker that is cut off from the bus for longer than controllers wait for it. */
import { fakeSeed, fakeText } from '@corral/testing';
import { request } from './testing/test-controller.js';
import { until } from './testing/until.js';
import { WorkerRig } from './testing/worker-rig.js';

const AWAY_MS = 9_000;

let rig: WorkerRig;
beforeAll(async () => {
  rig = await WorkerRig.start();
}, 30_000);
afterAll(() => rig.stop());

it('ends its attempts, says nothing late, keeps its model, and takes work again', async () => {
  const { controller, nodeId, nats } = rig;
  const { replicaId, enginePid } = await rig.ready({ tokensPerSecond: 50 });
  const asked = request('cut off', { maxTokens: 5_000 });
  const attempt = { generationId: 'cut', replicaId };
  await controller.generate(nodeId, attempt, asked);
  const stream = controller.stream('cut');
  await until('tokens', () => stream.tokens.length > 20);

  await nats.stop();
  const stoppedAtMs = performance.now();
  const before = stream.pieces.length;
  const seen = controller.heartbeats.length;
  await until('the end of the outage', () => performance.now() - stoppedAtMs > AWAY_MS);
  await nats.start();

  await until('heartbeats', () => controller.heartbeats.length > seen + 2);
  const idle = await rig.replica(replicaId, ({ activeSlots }) => activeSlots === 0);
  expect(idle).toMatchObject({ state: 'ready', enginePid, restarts: 0 });
  expect(stream.pieces).toHaveLength(before);

  expect(await controller.resend(nodeId, 'cut', stream.tokens.length)).toBe('resent');
  await until('the end of it', () => stream.finish);
  expect(stream.finish).toMatchObject({ reason: 'error', failure: { code: 'worker_lost' } });
  expect(stream.text).toBe(fakeText(fakeSeed(asked), 5_000).slice(0, stream.text.length));

  const rest = { ...asked, acceptedTokens: [...stream.tokens], maxTokens: 10 };
  expect(await controller.generate(nodeId, { ...attempt, attempt: 2 }, rest)).toBe('accepted');
  const resumed = await rig.finished('cut', 2);
  const done = stream.tokens.length;
  expect(resumed.text).toBe(fakeText(fakeSeed(asked), done + 10, done));
}, 40_000);

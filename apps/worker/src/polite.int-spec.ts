/** A polite node whose machine others begin to use. The load is real: processes that compute. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fakeSeed, fakeText, until } from '@corral/testing';
import { request } from './testing/test-controller.js';
import { WorkerRig } from './testing/worker-rig.js';

let rig: WorkerRig;
const others: ChildProcess[] = [];

beforeAll(async () => {
  rig = await WorkerRig.start();
}, 30_000);
afterAll(async () => {
  for (const process of others) {
    process.kill('SIGKILL');
    await once(process, 'exit');
  }
  await rig.stop();
});

it('gives way to them within seconds, though it is assigned work, and says why', async () => {
  const { controller, nodeId } = rig;
  const assignment = rig.assignment({ tokensPerSecond: 20 });
  const { replicaId } = await rig.assign(assignment, ({ state }) => state === 'ready');
  const asked = request('cut short', { maxTokens: 5_000 });
  await controller.generate(nodeId, { generationId: 'cut', replicaId }, asked);
  const stream = controller.stream('cut');
  await until('tokens', () => stream.tokens.length > 3);
  for (let cores = 0; cores < cpus().length; cores += 1) {
    others.push(spawn(process.execPath, ['-e', 'for (;;);']));
  }
  await controller.assign(nodeId, [assignment], [], true);
  const heartbeat = await until(
    'the node to give way',
    () => controller.lastHeartbeat?.yielding === true && controller.lastHeartbeat,
    20_000,
  );
  expect(heartbeat).toMatchObject({
    polite: true,
    yieldingReason: expect.stringMatching(/^other programs, which keep \d+\.\d of \d+ cores busy$/),
  });
  await until('no replica', () => controller.lastHeartbeat?.replicas.length === 0);
  expect(stream.finish).toMatchObject({ reason: 'error', failure: { code: 'worker_lost' } });
  expect(stream.text).toBe(fakeText(fakeSeed(asked), 5_000).slice(0, stream.text.length));

  const generation = await controller.assign(nodeId, [rig.assignment({})], [], true);
  const told = await until('the echo of a new list', () => {
    const last = controller.lastHeartbeat;
    return last?.assignmentGeneration === generation && last;
  });
  expect(told).toMatchObject({ yielding: true, replicas: [] });
}, 60_000);

/** A worker that may only do on the bus what a worker has to: the least rights, as docs name them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { USAGE_REQUESTS_SUBJECT, usageOrphansSubject } from '@corral/contracts';
import {
  fakeEngineEntry,
  fakeSeed,
  fakeTemplate,
  fakeText,
  startNats,
  TINY,
  writeGguf,
} from '@corral/testing';
import { engineEnvironment } from './config/engine-environment.js';
import { readSettings } from './config/settings.js';
import { WorkerLog } from './infra/log.js';
import { readLedger } from './testing/read-ledger.js';
import { request, spec, TestController } from './testing/test-controller.js';
import { until } from './testing/until.js';
import { startWorker } from './worker.js';

const nodeId = 'node-narrow';

/** Rights of one worker; `allow_responses` lets it answer whoever asked it, and nobody else. */
const serverConfig = `
authorization {
  users: [
    { user: controller, password: "c" }
    { user: worker, password: "w", permissions: {
        publish: [
          "corral.node.${nodeId}.heartbeat", "corral.c.*.frames", "corral.usage.orphans.${nodeId}"
        ]
        subscribe: [
          "corral.node.${nodeId}.assign", "corral.node.${nodeId}.op", "corral.w.${nodeId}.*",
          "corral.c.*.alive", "_INBOX_${nodeId}.>"
        ]
        allow_responses: true
    } }
  ]
}`;

describe('a worker with the least rights on the bus', () => {
  it('works, and is refused everything else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'corral-narrow-'));
    await mkdir(join(folder, 'worker'));
    await writeFile(join(folder, 'worker', 'node-id'), `${nodeId}\n`);
    await writeFile(join(folder, 'password'), 'w\n');
    await writeFile(join(folder, 'nats.conf'), serverConfig);
    await writeGguf(join(folder, 'tiny.gguf'), { shape: TINY });
    const nats = await startNats(['-c', join(folder, 'nats.conf')]);
    const login = { user: 'controller', pass: 'c' };
    const controller = await TestController.connect(nats.url, 'controller-1', login);
    const settings = readSettings({
      CORRAL_NATS_URL: nats.url,
      CORRAL_NATS_USER: 'worker',
      CORRAL_NATS_PASSWORD_FILE: join(folder, 'password'),
      CORRAL_HOME: folder,
      CORRAL_ENGINE_ENTRY: fakeEngineEntry(),
    });
    const worker = await startWorker(settings, engineEnvironment(), new WorkerLog('silent'));

    const path = join(folder, 'tiny.gguf');
    await controller.op(nodeId, { op: 'import_model', importId: 'i', path });
    const modelDigest = await until('the model', () => controller.lastHeartbeat?.models[0]?.digest);
    const replicaId = 'replica';
    const chatTemplate = fakeTemplate({});
    const revision = { deployment: 'demo', revisionId: 'rev-1', modelDigest, deviceIds: [] };
    await controller.assign(nodeId, [{ replicaId, ...revision, spec: spec({ chatTemplate }) }]);
    await until('ready', () => controller.replica(replicaId)?.state === 'ready');
    const asked = request('narrow');
    await controller.generate(nodeId, { generationId: 'narrow', replicaId }, asked);
    const stream = controller.stream('narrow');
    await until('the finish', () => stream.finish);
    expect(stream.text).toBe(fakeText(fakeSeed(asked), 20));

    const ledger = await readLedger(controller.bus);
    await controller.generate(
      nodeId,
      { generationId: 'orphan', replicaId },
      request('orphan', { maxTokens: 5_000 }),
    );
    controller.fallSilent();
    await until('the report', () => ledger.some(({ kind }) => kind === 'orphaned'));

    const thief = await connect({ servers: nats.url, user: 'worker', pass: 'w' });
    const refused: string[] = [];
    void (async () => {
      for await (const status of thief.status()) {
        if (status.type === 'error') refused.push(status.error.message);
      }
    })();
    thief.subscribe('corral.w.another-node.generate', { callback: () => undefined });
    thief.subscribe('_INBOX.>', { callback: () => undefined });
    thief.publish('corral.node.another-node.assign', '{}');
    thief.publish(USAGE_REQUESTS_SUBJECT, '{}');
    thief.publish(usageOrphansSubject('another-node'), '{}');
    await until('five refusals', () => refused.length === 5);
    await thief.close();

    await worker.stop(0);
    await controller.close();
    await nats.remove();
    await rm(folder, { recursive: true });
  }, 30_000);
});

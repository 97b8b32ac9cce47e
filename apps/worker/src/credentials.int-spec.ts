/** A worker that may only do on the bus what a worker has to: its own subjects, and no others. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { natsConnectionOptions } from '@corral/bus';
import {
  ALL_HEARTBEATS,
  ALL_USAGE,
  CHANGES_SUBJECT,
  controllerSubject,
  NODE_SUBJECTS,
  nodeSubject,
  USAGE_REQUESTS_SUBJECT,
  USAGE_STREAM,
  usageOrphansSubject,
  workerInbox,
  workerSubject,
} from '@corral/contracts';
import {
  fakeEngineEntry,
  fakeSeed,
  fakeTemplate,
  fakeText,
  TINY,
  writeGguf,
  until,
} from '@corral/testing';
import { engineEnvironment } from './config/engine-environment.js';
import { readSettings } from './config/settings.js';
import { WorkerLog } from './infra/log.js';
import { startOperatorNats, type OperatorNats } from './testing/operator-nats.js';
import { readLedger } from './testing/read-ledger.js';
import { request, spec, TestController } from './testing/test-controller.js';
import { startWorker } from './worker.js';

const OWN = 'node-narrow';
const OTHER = 'node-other';

const nodeKinds = Object.keys(NODE_SUBJECTS) as (keyof typeof NODE_SUBJECTS)[];
/** Every subject that belongs to one node, of another node; and what belongs to controllers. */
const foreign = [
  ...nodeKinds.map((kind) => nodeSubject(kind, OTHER)),
  ...Object.values(workerSubject).map((subject) => subject(OTHER)),
  controllerSubject.frames('controller-1', OTHER),
  controllerSubject.unnamedFrames('controller-1'),
  usageOrphansSubject(OTHER),
  USAGE_REQUESTS_SUBJECT,
  CHANGES_SUBJECT,
  `${workerInbox(OTHER)}.x`,
  '_INBOX.x.1',
  '$JS.API.INFO',
  `$JS.API.STREAM.INFO.${USAGE_STREAM}`,
  `$JS.API.STREAM.DELETE.${USAGE_STREAM}`,
  '$SYS.REQ.CLAIMS.UPDATE',
  '$SYS.ACCOUNT.x.CONNECT',
  'anything.else',
];
const notToSay = [
  ...foreign,
  ...nodeKinds.filter((kind) => kind !== 'heartbeat').map((kind) => nodeSubject(kind, OWN)),
  ...Object.values(workerSubject).map((subject) => subject(OWN)),
  controllerSubject.alive('controller-1'),
];
const notToHear = [
  ...foreign,
  controllerSubject.frames('controller-1', OWN),
  usageOrphansSubject(OWN),
  ALL_HEARTBEATS,
  ALL_USAGE,
  'corral.>',
  '_INBOX.>',
  '_INBOX_worker.>',
  '$JS.>',
  '$SYS.>',
  '>',
];

describe('the credentials of a worker', () => {
  let nats: OperatorNats;
  let folder: string;

  beforeAll(async () => {
    nats = await startOperatorNats();
    folder = await mkdtemp(join(tmpdir(), 'corral-narrow-'));
  });
  afterAll(async () => {
    await nats.remove();
    await rm(folder, { recursive: true });
  });

  it('are enough to work with', async () => {
    await mkdir(join(folder, 'worker'));
    await writeFile(join(folder, 'worker', 'node-id'), `${OWN}\n`);
    await writeFile(join(folder, 'worker.creds'), await nats.workerCreds(OWN));
    const path = join(folder, 'tiny.gguf');
    await writeGguf(path, { shape: TINY });
    const controller = await TestController.connect(nats.server.url, 'controller-1', {
      creds: nats.controllerCreds,
    });
    const settings = readSettings({
      CORRAL_NATS_URL: nats.server.url,
      CORRAL_NATS_CREDS_FILE: join(folder, 'worker.creds'),
      CORRAL_HOME: folder,
      CORRAL_ENGINE_ENTRY: fakeEngineEntry(),
    });
    const worker = await startWorker(settings, engineEnvironment(), new WorkerLog('silent'));

    await controller.op(OWN, { op: 'import_model', importId: 'i', path });
    const modelDigest = await until('the model', () => controller.lastHeartbeat?.models[0]?.digest);
    const replicaId = 'replica';
    const chatTemplate = fakeTemplate({});
    const revision = { deployment: 'demo', revisionId: 'rev-1', modelDigest, deviceIds: [] };
    await controller.assign(OWN, [{ replicaId, ...revision, spec: spec({ chatTemplate }) }]);
    await until('ready', () => controller.replica(replicaId)?.state === 'ready');
    const asked = request('narrow');
    await controller.generate(OWN, { generationId: 'narrow', replicaId }, asked);
    const stream = controller.stream('narrow');
    await until('the finish', () => stream.finish);
    expect(stream.text).toBe(fakeText(fakeSeed(asked), 20));

    const ledger = await readLedger(controller.bus);
    await controller.generate(
      OWN,
      { generationId: 'orphan', replicaId },
      request('orphan', { maxTokens: 5_000 }),
    );
    controller.fallSilent();
    await until('the report', () => ledger.some(({ kind }) => kind === 'orphaned'));

    await worker.stop(0);
    await controller.close();
  }, 30_000);

  describe('in wrong hands', () => {
    let thief: NatsConnection;
    const refused: string[] = [];

    beforeAll(async () => {
      const creds = await nats.workerCreds(OWN);
      thief = await connect(natsConnectionOptions({ servers: nats.server.url, creds }));
      void (async () => {
        for await (const status of thief.status()) {
          if (status.type === 'error') refused.push(status.error.message);
        }
      })();
    });
    afterAll(() => thief.close());

    it.each(notToSay)('cannot say anything on %s', async (subject) => {
      const before = refused.length;
      thief.publish(subject, '{}');
      await thief.flush();
      await until('the refusal', () => refused.length > before);
      expect(refused.at(-1)).toContain(`Publish to "${subject}"`);
    });

    it.each(notToHear)('cannot listen on %s', async (subject) => {
      const before = refused.length;
      thief.subscribe(subject, { callback: () => undefined });
      await thief.flush();
      await until('the refusal', () => refused.length > before);
      expect(refused.at(-1)).toContain(`Subscription to "${subject}"`);
    });

    it('let nobody in with another key', async () => {
      const [own, other] = [await nats.workerCreds(OWN), await nats.workerCreds(OTHER)];
      const seedOf = (creds: string): string => /S[A-Z2-7]{57}/.exec(creds)?.[0] ?? '';
      const creds = own.replace(seedOf(own), seedOf(other));
      const login = natsConnectionOptions({ servers: nats.server.url, creds });
      await expect(connect(login)).rejects.toThrow(/authorization/i);
    });
  });
});

/**
 * A worker in this process with a real NATS server, a controller to order it about, and a small
 * model in its store. The engines are processes of their own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Assignment, ObservedReplica, ReplicaSpec, StoredModel } from '@corral/contracts';
import {
  fakeEngineEntry,
  fakeTemplate,
  startNats,
  TINY,
  writeGguf,
  type FakeOptions,
  type NatsServer,
  until,
} from '@corral/testing';
import { engineEnvironment } from '../config/engine-environment.js';
import { readSettings } from '../config/settings.js';
import { WorkerLog } from '../infra/log.js';
import { startWorker, type RunningWorker } from '../worker.js';
import { spec, TestController, type ReceivedStream } from './test-controller.js';

export class WorkerRig {
  private names = 0;
  /** Digest of the model that the rig brings. */
  digest = '';

  private constructor(
    readonly folder: string,
    readonly nats: NatsServer,
    readonly controller: TestController,
    readonly worker: RunningWorker,
  ) {}

  /**
   * `engineEntry`: the fake engine unless given. `workerNatsUrl` gives the URL by which the worker
   * alone reaches the server at another: unless given, the same.
   */
  static async start(
    engineEntry = fakeEngineEntry(),
    workerNatsUrl: (serverUrl: string) => Promise<string> = (url) => Promise.resolve(url),
  ): Promise<WorkerRig> {
    const folder = await mkdtemp(join(tmpdir(), 'corral-worker-'));
    const nats = await startNats();
    const controller = await TestController.connect(nats.url, 'controller-1');
    const settings = readSettings({
      CORRAL_NATS_URL: await workerNatsUrl(nats.url),
      CORRAL_HOME: folder,
      CORRAL_ENGINE_ENTRY: engineEntry,
      CORRAL_NODE_NAME: 'spec-node',
    });
    const worker = await startWorker(settings, engineEnvironment(), new WorkerLog('silent'));
    const rig = new WorkerRig(folder, nats, controller, worker);
    await writeGguf(rig.modelFile, { shape: TINY });
    rig.digest = (await rig.importModel(rig.modelFile)).digest ?? '';
    return rig;
  }

  get nodeId(): string {
    return this.worker.nodeId;
  }

  get modelFile(): string {
    return join(this.folder, 'tiny.gguf');
  }

  async stop(): Promise<void> {
    await this.worker.stop(0);
    await this.controller.close();
    await this.nats.remove();
    await rm(this.folder, { recursive: true });
  }

  assignment(options: Partial<FakeOptions>, change: Partial<ReplicaSpec> = {}): Assignment {
    this.names += 1;
    return {
      replicaId: `replica-${this.names}`,
      deployment: 'demo',
      revisionId: 'rev-1',
      modelDigest: this.digest,
      spec: spec({ chatTemplate: fakeTemplate(options), ...change }),
      deviceIds: [],
    };
  }

  /** Makes this the node's one assignment, and waits until its replica is as wanted. */
  async assign(
    assignment: Assignment,
    isWanted: (replica: ObservedReplica) => boolean,
    limitMs?: number,
  ): Promise<ObservedReplica> {
    await this.controller.assign(this.nodeId, [assignment]);
    return this.replica(assignment.replicaId, isWanted, limitMs);
  }

  async ready(options: Partial<FakeOptions> = {}): Promise<ObservedReplica> {
    return this.assign(this.assignment(options), ({ state }) => state === 'ready');
  }

  replica(
    replicaId: string,
    isWanted: (replica: ObservedReplica) => boolean,
    limitMs?: number,
  ): Promise<ObservedReplica> {
    const look = () => {
      const replica = this.controller.replica(replicaId);
      return replica !== null && isWanted(replica) && replica;
    };
    return until(`${replicaId} as wanted`, look, limitMs);
  }

  finished(generationId: string, attempt = 1): Promise<ReceivedStream> {
    const stream = this.controller.stream(generationId, attempt);
    return until(`${generationId} to finish`, () => stream.finish && stream);
  }

  /** Imports a file and gives what came of it. */
  async importModel(path: string): Promise<StoredModel> {
    this.names += 1;
    const importId = `import-${this.names}`;
    await this.controller.op(this.nodeId, { op: 'import_model', importId, path });
    return until(`${importId} to end`, () => {
      const model = this.controller.lastHeartbeat?.models.find((one) => one.importId === importId);
      return model !== undefined && model.state !== 'importing' && model;
    });
  }
}

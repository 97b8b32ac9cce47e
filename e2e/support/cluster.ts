/**
 * Corral as a cluster runs it, for a test: controllers and workers as processes of their own, on a
 * PostgreSQL and a NATS server that the test owns and may stop. Engines are fake ones unless a real
 * model is given, so that every token is known beforehand. `corral up` (corral.ts) is the other way to start a Corral.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  createdKeySchema,
  deploymentViewSchema,
  importStartedSchema,
  overviewSchema,
  type CreatedKey,
  type CreateKey,
  type NodeView,
  type Overview,
} from '@corral/contracts/http';
import { createPrisma, type PrismaClient } from '@corral/database';
import {
  fakeEngineEntry,
  fakeTemplate,
  freePort,
  startNats,
  startPostgres,
  TINY,
  until,
  writeGguf,
  type FakeOptions,
  type ModelShape,
  type NatsServer,
  type PostgresServer,
} from '@corral/testing';
import { MemberProcess } from './member-process.js';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const REAL_ENGINE = join(CHECKOUT, 'apps/engine/dist/main.js');
export const ADMIN_TOKEN = 'admin-token-of-a-cluster-test';
const JOIN_TIMEOUT_MS = 60_000;

export interface ClusterSize {
  controllers: number;
  workers: number;
  /** How many of the workers import the model file; all unless given. */
  holders?: number;
  /** Of the model file; TINY unless given. */
  shape?: ModelShape;
  /** Settings of the worker at that place, beside what every one has. */
  workerEnv?: (at: number) => Record<string, string>;
  /** Where worker `at` finds the NATS server; default: where the server is. */
  natsUrlOf?: (at: number, serverUrl: string) => Promise<string>;
  /** Address of this machine that the NATS server listens on; default: loopback. */
  natsHost?: string;
  /** What goes before the command of worker `at`; default: nothing. */
  launcherOf?: (at: number) => readonly string[];
  /** The folder of a built checkout that a member (`controller-0`, `worker-1`) runs; default: this. */
  checkoutOf?: (member: string) => string;
  /** Real engines with this model file; default: fake engines, with a model that is never read. */
  realModel?: string;
  /** How long a controller that is stopped lets answers go on, milliseconds; default: its own. */
  drainMs?: number;
}

export interface FakeDeployment {
  name: string;
  /** Of each replica, 1 to 256. */
  slots: number;
  /** One for each worker unless given. */
  replicas?: number;
  /** Tokens of each slot; default: 4,096. */
  contextTokens?: number;
  /** Default: as a fake engine is by itself; a real one takes its model's template. */
  fake?: Partial<FakeOptions>;
}

export class Cluster {
  readonly controllers: MemberProcess[] = [];
  readonly workers: MemberProcess[] = [];
  readonly urls: string[] = [];
  /** Of the model that every worker has. */
  digest = '';
  private database: PrismaClient | null = null;

  private constructor(
    readonly folder: string,
    readonly postgres: PostgresServer,
    readonly nats: NatsServer,
    private readonly checkoutOf: (member: string) => string,
  ) {}

  /** Resolves when every process serves and every worker has joined. */
  static async start(size: ClusterSize): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'corral-cluster-'));
    const [postgres, nats] = await Promise.all([startPostgres(), startNats([], size.natsHost)]);
    const cluster = new Cluster(folder, postgres, nats, size.checkoutOf ?? (() => CHECKOUT));
    try {
      await cluster.startMembers(size);
      await cluster.importModel(size);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
    await Promise.all(this.controllers.map((controller) => controller.stop()));
    await this.database?.$disconnect();
    await Promise.all([this.postgres.remove(), this.nats.remove()]);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Asks the admin API with the admin token; `at` is a controller's place in `controllers`. */
  admin(path: string, init: { method?: string; body?: object } = {}, at = 0): Promise<Response> {
    const { method = 'GET', body } = init;
    return fetch(`${this.urls[at]}/admin/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${ADMIN_TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** The answer's body. Throws with it when it is no success. */
  async adminJson(path: string, init: { method?: string; body?: object } = {}, at = 0) {
    const answer = await this.admin(path, init, at);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as unknown;
  }

  async overview(at = 0): Promise<Overview> {
    return overviewSchema.parse(await this.adminJson('/overview', {}, at));
  }

  async createKey(key: Partial<CreateKey> = {}): Promise<CreatedKey> {
    const body = { name: 'load', ...key };
    return createdKeySchema.parse(await this.adminJson('/keys', { method: 'POST', body }));
  }

  /** Resolves when all replicas are ready, and every controller has heard of it. */
  async deploy(deployment: FakeDeployment) {
    await this.order(deployment);
    await this.served(deployment);
  }

  /** Resolves when the deployment is written down. */
  async order(deployment: FakeDeployment): Promise<void> {
    const { name, slots, replicas = this.workers.length } = deployment;
    const { contextTokens = 4096, fake } = deployment;
    const chatTemplate = fake === undefined ? null : fakeTemplate(fake);
    const spec = { slots, contextTokens, chatTemplate };
    const body = { name, model: this.digest, replicas, spec };
    await this.adminJson('/deployments', { method: 'POST', body });
  }

  /** Resolves when all its replicas are ready, and every controller has heard of it. */
  async served({ name, replicas = this.workers.length }: FakeDeployment) {
    await until(
      `${name} on every controller`,
      async () => {
        for (const at of this.urls.keys()) {
          const answer = await this.admin(`/deployments/${name}`, {}, at);
          if (!answer.ok) return false;
          const { readyReplicas } = deploymentViewSchema.parse(await answer.json());
          if (readyReplicas < replicas) return false;
        }
        return true;
      },
      JOIN_TIMEOUT_MS,
    );
  }

  /** Rows of a query, straight from the database. */
  async sql<Row>(text: string, ...values: unknown[]): Promise<Row[]> {
    if (this.database === null) throw new Error('there is no database yet');
    return this.database.$queryRawUnsafe<Row[]>(text, ...values);
  }

  private async startMembers(size: ClusterSize): Promise<void> {
    const { controllers, workers, drainMs, natsUrlOf, launcherOf, realModel, workerEnv } = size;
    const engine = realModel === undefined ? fakeEngineEntry() : REAL_ENGINE;
    const databaseUrl = await this.postgres.createDatabase('corral');
    this.database = createPrisma(databaseUrl);
    for (let at = 0; at < controllers; at += 1) {
      await this.addController(at, databaseUrl, drainMs);
    }
    for (let at = 0; at < workers; at += 1) {
      const natsUrl = (await natsUrlOf?.(at, this.nats.url)) ?? this.nats.url;
      const env = {
        CORRAL_NATS_URL: natsUrl,
        CORRAL_ENGINE_ENTRY: engine,
        ...workerEnv?.(at),
      };
      this.addWorker(at, env, launcherOf?.(at) ?? []);
    }
    const members = [...this.controllers, ...this.workers];
    await Promise.all(members.map((member) => member.start()));
  }

  private async addController(at: number, databaseUrl: string, drainMs?: number): Promise<void> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    this.urls.push(url);
    this.controllers.push(
      this.member(`controller-${at}`, 'controller', {
        CORRAL_PORT: String(port),
        CORRAL_PUBLIC_URL: url,
        CORRAL_AUTH_SECRET: 'signs the sessions of a cluster test',
        CORRAL_ADMIN_TOKEN: ADMIN_TOKEN,
        CORRAL_SPOOL_DIR: join(this.folder, `spool-${at}`),
        CORRAL_LOG_LEVEL: 'warn',
        ...(drainMs === undefined ? {} : { CORRAL_DRAIN_MS: String(drainMs) }),
        DATABASE_URL: databaseUrl,
        NATS_URL: this.nats.url,
      }),
    );
  }

  private addWorker(at: number, env: Record<string, string>, launcher: readonly string[]): void {
    const all = {
      CORRAL_HOME: join(this.folder, `home-${at}`),
      CORRAL_NODE_NAME: `worker-${at}`,
      CORRAL_LOG_LEVEL: 'warn',
      ...env,
    };
    this.workers.push(this.member(`worker-${at}`, 'worker', all, launcher));
  }

  private member(
    name: string,
    app: string,
    env: Record<string, string>,
    launcher: readonly string[] = [],
  ): MemberProcess {
    const main = join(this.checkoutOf(name), 'apps', app, 'dist/main.js');
    const logFile = join(this.folder, `${name}.log`);
    return new MemberProcess({ name, main, env, launcher, logFile });
  }

  private async importModel({
    workers,
    holders = workers,
    shape = TINY,
    realModel,
  }: ClusterSize): Promise<void> {
    const path = realModel ?? join(this.folder, 'tiny.gguf');
    if (realModel === undefined) await writeGguf(path, { shape });
    const canServe = ({ state, platform }: NodeView): boolean =>
      state === 'ready' && (platform?.engine ?? null) !== null;
    const nodes = await this.nodesWhere('every worker', workers, canServe);
    const named = nodes.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const { id: nodeId } of named.slice(0, holders)) {
      const body = { path, nodeId };
      const answer = await this.adminJson('/models/import', { method: 'POST', body });
      importStartedSchema.parse(answer);
    }
    const holding = await this.nodesWhere('the model', holders, ({ models }) =>
      models.some(({ state }) => state === 'ready'),
    );
    this.digest = holding[0]?.models[0]?.digest ?? '';
  }

  private nodesWhere(what: string, count: number, is: (node: NodeView) => boolean) {
    return until(
      what,
      async () => {
        const found = (await this.overview()).nodes.filter(is);
        return found.length === count ? found : null;
      },
      JOIN_TIMEOUT_MS,
    );
  }
}

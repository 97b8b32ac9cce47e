/** The worker as a process of its own (the built program): how it ends, and what it leaves behind. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  fakeEngineEntry,
  fakeSeed,
  fakeTemplate,
  fakeText,
  startNats,
  TINY,
  writeGguf,
  type NatsServer,
  until,
} from '@corral/testing';
import { findEngineLaunch, PLAIN_LAUNCH } from './supervisor/engine-launch.js';
import { isAlive } from './testing/is-alive.js';
import { request, spec, TestController } from './testing/test-controller.js';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('the worker process', () => {
  let folder: string;
  let nats: NatsServer;
  let controller: TestController;
  let environment: NodeJS.ProcessEnv;
  let output: string;
  const started: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'corral-main-'));
    await writeGguf(join(folder, 'tiny.gguf'), { shape: TINY });
    nats = await startNats();
    controller = await TestController.connect(nats.url, 'controller-1');
    output = '';
    environment = {
      PATH: process.env['PATH'],
      CORRAL_NATS_URL: nats.url,
      CORRAL_HOME: folder,
      CORRAL_ENGINE_ENTRY: fakeEngineEntry(),
    };
  }, 15_000);

  afterEach(async () => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    await controller.close();
    await nats.remove();
    await rm(folder, { recursive: true });
  });

  function start(): ChildProcess {
    const worker = fork(program, [], { env: environment, execArgv: [], stdio: 'pipe' });
    started.push(worker);
    worker.stdout?.on('data', (text: Buffer) => (output += text.toString()));
    worker.stderr?.on('data', (text: Buffer) => (output += text.toString()));
    return worker;
  }

  async function readyReplica(tokensPerSecond: number) {
    const { nodeId } = await until('a heartbeat', () => controller.lastHeartbeat, 10_000);
    const path = join(folder, 'tiny.gguf');
    await controller.op(nodeId, { op: 'import_model', importId: 'i', path });
    const model = await until('the model', () => controller.lastHeartbeat?.models[0]?.digest);
    await controller.assign(nodeId, [
      {
        replicaId: 'replica',
        deployment: 'demo',
        revisionId: 'rev-1',
        modelDigest: model,
        spec: spec({ chatTemplate: fakeTemplate({ tokensPerSecond }) }),
        deviceIds: [],
      },
    ]);
    const replica = await until('a ready replica', () => {
      const seen = controller.replica('replica');
      return seen?.state === 'ready' && seen;
    });
    return { nodeId, enginePid: replica.enginePid ?? 0 };
  }

  async function running(nodeId: string, maxTokens: number) {
    const asked = request('keep going', { maxTokens });
    const attempt = { generationId: 'running', replicaId: 'replica' };
    expect(await controller.generate(nodeId, attempt, asked)).toBe('accepted');
    const stream = controller.stream('running');
    await until('tokens', () => stream.tokens.length > 3);
    return { stream, text: fakeText(fakeSeed(asked), maxTokens) };
  }

  it('says no more of what it worked on when it was stopped too long, and keeps its engines', async () => {
    const worker = start();
    const { nodeId, enginePid } = await readyReplica(50);
    const { stream } = await running(nodeId, 5_000);
    worker.kill('SIGSTOP');
    const { sequence } = await until('its last heartbeat', () => controller.lastHeartbeat);
    // Longer than an engine may be silent: it must not be blamed for its supervisor's sleep.
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    const before = stream.pieces.length;
    worker.kill('SIGCONT');
    await until('heartbeats', () => (controller.lastHeartbeat?.sequence ?? 0) > sequence + 2);
    expect(stream.pieces).toHaveLength(before);
    expect(stream.finish).toBeNull();
    expect(controller.replica('replica')).toMatchObject({ state: 'ready', restarts: 0, enginePid });

    const again = { generationId: 'awake', replicaId: 'replica' };
    const asked = request('awake', { maxTokens: 5 });
    expect(await controller.generate(nodeId, again, asked)).toBe('accepted');
    await until('the answer', () => controller.stream('awake').finish);
  }, 40_000);

  it('lets what is running finish when told to end, and takes nothing new', async () => {
    const worker = start();
    const { nodeId, enginePid } = await readyReplica(50);
    const { stream, text } = await running(nodeId, 100);
    worker.kill('SIGTERM');
    await until('the announcement', () => controller.lastHeartbeat?.draining);
    const late = { generationId: 'late', replicaId: 'replica' };
    expect(await controller.generate(nodeId, late, request('late'))).toBe('draining');
    const [code] = (await once(worker, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(stream).toMatchObject({ text, finish: { reason: 'length' } });
    expect(controller.replica('replica')?.state).toBe('stopped');
    expect(isAlive(enginePid)).toBe(false);
  }, 30_000);

  it('ends what takes too long after five seconds, and itself within eight', async () => {
    const worker = start();
    const { nodeId, enginePid } = await readyReplica(20);
    const { stream } = await running(nodeId, 5_000);
    const startedAtMs = performance.now();
    worker.kill('SIGTERM');
    const [code] = (await once(worker, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(performance.now() - startedAtMs).toBeLessThan(8_000);
    expect(stream.finish?.failure).toEqual({
      code: 'worker_lost',
      message: 'The worker was shut down.',
    });
    expect(isAlive(enginePid)).toBe(false);
  }, 30_000);

  it('takes its engines with it when it is killed', async () => {
    const worker = start();
    const { enginePid } = await readyReplica(20);
    worker.kill('SIGKILL');
    await until('the end of the engine', () => !isAlive(enginePid), 3_000);
  }, 30_000);

  it('takes an engine with it that is stopped, when it is killed', async () => {
    if ((await findEngineLaunch()) === PLAIN_LAUNCH) {
      process.stderr.write('skipped: this machine has no setpriv that knows --pdeathsig\n');
      return;
    }
    const worker = start();
    const { enginePid } = await readyReplica(20);
    process.kill(enginePid, 'SIGSTOP');
    worker.kill('SIGKILL');
    await until('the end of the engine', () => !isAlive(enginePid), 3_000);
  }, 30_000);

  it('ends when the process that forked it is killed', async () => {
    const parentProgram = join(folder, 'parent.mjs');
    await writeFile(
      parentProgram,
      `import { fork } from 'node:child_process';
       const child = fork(${JSON.stringify(program)}, [], { execArgv: [] });
       child.on('message', () => process.stdout.write(String(child.pid) + '\\n'));`,
    );
    const parent = spawn(process.execPath, [parentProgram], {
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    started.push(parent);
    parent.stdout?.on('data', (text: Buffer) => (output += text.toString()));
    const { enginePid } = await readyReplica(20);
    const workerPid = Number(/^(\d+)$/m.exec(output)?.[1]);
    expect(isAlive(workerPid)).toBe(true);
    parent.kill('SIGKILL');
    await until('the end of the worker', () => !isAlive(workerPid), 4_000);
    expect(isAlive(enginePid)).toBe(false);
  }, 30_000);

  it('is the same node with the same models after a restart, with a private id file', async () => {
    const first = start();
    const { nodeId } = await readyReplica(20);
    const boot = controller.lastHeartbeat?.bootId;
    first.kill('SIGKILL');
    await once(first, 'exit');
    const interrupted = join(folder, 'worker', 'models', 'interrupted.part');
    await writeFile(interrupted, 'half a model');
    start();
    const again = await until('the next boot', () => {
      const heartbeat = controller.lastHeartbeat;
      return heartbeat?.bootId !== boot && heartbeat;
    });
    expect(again.nodeId).toBe(nodeId);
    expect(again.models).toMatchObject([{ fileName: 'tiny.gguf', state: 'ready' }]);
    expect((await stat(join(folder, 'worker', 'node-id'))).mode & 0o777).toBe(0o600);
    await expect(stat(interrupted)).rejects.toThrow('ENOENT');
  }, 30_000);

  it('waits for NATS, and logs neither prompt nor text', async () => {
    await nats.stop();
    start();
    await until('a complaint', () => output.includes('NATS cannot be reached yet'));
    await nats.start();
    const { nodeId } = await readyReplica(200);
    const { stream } = await running(nodeId, 20);
    await until('the finish', () => stream.finish);
    expect(output).toContain('worker is ready');
    expect(output).not.toContain('keep going');
    expect(output).not.toContain(stream.text.slice(0, 8));
  }, 30_000);

  it('says everything that is wrong with its settings, and ends', async () => {
    environment['CORRAL_LOG_LEVEL'] = 'loud';
    environment['CORRAL_CPU_THREADS'] = '0';
    const [code] = (await once(start(), 'exit')) as [number | null];
    expect(code).toBe(1);
    expect(output).toMatch(/CORRAL_CPU_THREADS(.|\n)*CORRAL_LOG_LEVEL/);
  }, 10_000);

  it('shows the version of its package', async () => {
    start();
    const heartbeat = await until('a heartbeat', () => controller.lastHeartbeat, 10_000);
    const file = await readFile(new URL('../package.json', import.meta.url), 'utf8');
    expect(JSON.parse(file)).toMatchObject({ version: heartbeat.version });
  }, 15_000);
});

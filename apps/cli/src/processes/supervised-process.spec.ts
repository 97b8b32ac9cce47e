import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogFile } from './log-file.js';
import { processIdentity } from './process-identity.js';
import {
  StartFailed,
  SupervisedProcess,
  type ProcessRecords,
  type ProcessSpec,
} from './supervised-process.js';

/** Says that it is ready, and then stays until it is told to end. */
const SERVES = `console.log('ready'); setInterval(() => {}, 1000);`;
/** The same, but does not end when asked. */
const STUBBORN = `process.on('SIGTERM', () => {}); ${SERVES}`;

describe('A supervised process', () => {
  let dir: string;
  let registered: { name: string; pid: number }[];
  let warnings: string[];
  let started: SupervisedProcess | undefined;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'supervised-'));
    registered = [];
    warnings = [];
  });
  afterEach(async () => {
    started?.kill();
    await started?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  function supervised(script: string, changes: Partial<ProcessSpec> = {}): SupervisedProcess {
    const spec: ProcessSpec = {
      name: 'example',
      title: 'Example',
      spawn: () =>
        spawn(process.execPath, ['-e', script], {
          detached: true,
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      isReady: (sign) => 'line' in sign && sign.line === 'ready',
      startTimeoutMs: 10_000,
      stopTimeoutMs: 10_000,
      ...changes,
    };
    const registry: ProcessRecords = {
      add: (name, pid) => registered.push({ name, pid }),
      remove: (pid) => {
        registered = registered.filter((entry) => entry.pid !== pid);
      },
    };
    started = new SupervisedProcess(spec, {
      log: new LogFile(join(dir, 'example.log')),
      registry,
      warn: (text) => warnings.push(text),
      onGivenUp: (reason) => warnings.push(reason),
    });
    return started;
  }

  it('has started when it says that it is ready, and is on record', async () => {
    await supervised(SERVES).start();

    expect(registered).toMatchObject([{ name: 'example' }]);
  });

  it('is gone, and off the record, once it was stopped', async () => {
    const example = supervised(SERVES);
    await example.start();
    const pid = registered[0]?.pid ?? 0;
    await example.stop();

    expect(processIdentity(pid)).toBeNull();
    expect(registered).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('fails to start with its last words when it ends too early', async () => {
    const failure = supervised(`console.error('no disk'); process.exit(3);`)
      .start()
      .catch((error: unknown) => error);

    expect(await failure).toBeInstanceOf(StartFailed);
    expect(await failure).toMatchObject({
      message: 'Example did not start: exit code 3.',
      logTail: ['no disk'],
    });
  });

  it('fails to start when it is silent for too long, and does not stay', async () => {
    const failure = supervised('setInterval(() => {}, 1000);', { startTimeoutMs: 200 })
      .start()
      .catch((error: unknown) => error);

    expect(await failure).toMatchObject({
      message: expect.stringContaining('not ready after 0.2 s'),
    });
    expect(registered).toEqual([]);
  });

  it('is started again after a crash, with a line that says so', async () => {
    await supervised(SERVES).start();
    const first = registered[0]?.pid ?? 0;
    process.kill(first, 'SIGKILL');
    await until(() => warnings.length === 2);

    expect(warnings).toEqual([
      'Example ended unexpectedly (ended by SIGKILL); starting it again in 0.5 s.',
      'Example is running again.',
    ]);
    expect(registered[0]?.pid).not.toBe(first);
  });

  it('is not started again when it said that it ends for good', async () => {
    const script = `process.send('ready'); process.send('no entry'); process.disconnect();`;
    const example = supervised(script, {
      spawn: () =>
        spawn(process.execPath, ['-e', script], {
          detached: true,
          stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        }),
      isReady: (sign) => 'message' in sign && sign.message === 'ready',
      farewellOf: (message) => (message === 'no entry' ? 'It was revoked.' : null),
    });
    await example.start();
    await until(() => warnings.length > 0);

    expect(warnings).toEqual(['It was revoked.']);
    expect(registered).toEqual([]);
  });

  it('is killed when it does not end in time', async () => {
    const example = supervised(STUBBORN, { stopTimeoutMs: 200 });
    await example.start();
    const pid = registered[0]?.pid ?? 0;
    await example.stop();

    expect(processIdentity(pid)).toBeNull();
    expect(warnings).toEqual(['Example did not end in time and was killed.']);
  });
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('not seen within 10 s');
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

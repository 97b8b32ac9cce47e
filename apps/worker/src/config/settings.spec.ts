import { isAbsolute, sep } from 'node:path';
import { engineEnvironment } from './engine-environment.js';
import { readSettings } from './settings.js';

describe('the settings of a worker', () => {
  it('have a default for everything', () => {
    const settings = readSettings({});
    expect(settings).toMatchObject({ nats: { servers: 'nats://127.0.0.1:4222' }, join: null });
    expect(settings.cpuThreads).toBeNull();
    expect(isAbsolute(settings.workerHome)).toBe(true);
    expect(settings.workerHome.endsWith(`${sep}worker`)).toBe(true);
    expect(settings.engineEntry.endsWith(['engine', 'dist', 'main.js'].join(sep))).toBe(true);
  });

  it('count an empty variable as absent', () => {
    expect(readSettings({ CORRAL_NATS_USER: '', CORRAL_CPU_THREADS: '' })).toMatchObject({
      nats: { servers: 'nats://127.0.0.1:4222' },
      cpuThreads: null,
    });
  });

  it('say where model files are served, and how fast they come', () => {
    expect(readSettings({})).toMatchObject({
      fileServer: { host: null, port: 0, url: null },
      fetch: { bitsPerSecond: null, patienceMs: 20_000 },
    });
    const set = readSettings({
      CORRAL_FILE_SERVER_PORT: '9000',
      CORRAL_FILE_SERVER_URL: 'http://gpu-1.lan:9000',
      CORRAL_FETCH_MBIT_PER_S: '2.5',
    });
    expect(set).toMatchObject({
      fileServer: { port: 9000, url: 'http://gpu-1.lan:9000' },
      fetch: { bitsPerSecond: 2_500_000 },
    });
    expect(() => readSettings({ CORRAL_FILE_SERVER_URL: 'file:///etc' })).toThrow(
      'CORRAL_FILE_SERVER_URL',
    );
  });

  it('are refused with everything that is wrong at once', () => {
    const wrong = { CORRAL_CPU_THREADS: 'many', CORRAL_LOG_LEVEL: 'loud' };
    expect(() => readSettings(wrong)).toThrow(/CORRAL_CPU_THREADS(.|\n)*CORRAL_LOG_LEVEL/);
  });
});

describe('the environment of an engine', () => {
  it('holds what a GPU needs, and no secret', () => {
    const environment = {
      PATH: '/bin',
      CUDA_VISIBLE_DEVICES: '0',
      CORRAL_NATS_PASSWORD: 'secret',
      DATABASE_URL: 'postgres://secret',
      NODE_OPTIONS: '--inspect',
      HOME: '/root',
    };
    expect(engineEnvironment(environment)).toEqual({ PATH: '/bin', CUDA_VISIBLE_DEVICES: '0' });
  });
});

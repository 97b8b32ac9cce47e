import { isAbsolute, sep } from 'node:path';
import { engineEnvironment } from './engine-environment.js';
import { readSettings } from './settings.js';

describe('the settings of a worker', () => {
  it('have a default for everything', () => {
    const settings = readSettings({});
    expect(settings).toMatchObject({ natsServers: 'nats://127.0.0.1:4222', natsUser: null });
    expect(settings.cpuThreads).toBeNull();
    expect(isAbsolute(settings.workerHome)).toBe(true);
    expect(settings.workerHome.endsWith(`${sep}worker`)).toBe(true);
    expect(settings.engineEntry.endsWith(['engine', 'dist', 'main.js'].join(sep))).toBe(true);
  });

  it('count an empty variable as absent', () => {
    expect(readSettings({ CORRAL_NATS_USER: '', CORRAL_CPU_THREADS: '' })).toMatchObject({
      natsUser: null,
      cpuThreads: null,
    });
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

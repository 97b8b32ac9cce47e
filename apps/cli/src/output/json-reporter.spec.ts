import { JsonReporter } from './json-reporter.js';
import type { ReadySummary } from './reporter.js';

describe('Output for scripts', () => {
  let lines: string[];
  let reporter: JsonReporter;
  beforeEach(() => {
    lines = [];
    reporter = new JsonReporter(
      (line) => lines.push(line),
      () => 0,
    );
  });
  const events = (): Record<string, unknown>[] =>
    lines.map((line) => JSON.parse(line) as Record<string, unknown>);

  const ready: ReadySummary = {
    url: 'http://127.0.0.1:7070',
    apiBaseUrl: 'http://127.0.0.1:7070/v1',
    model: 'corral-demo',
    firstAdmin: null,
    adminTokenFile: '/data/secrets/admin-token',
    home: '/data',
    startMs: 1234.5,
  };

  it('is one JSON object a line', async () => {
    await reporter.step('Starting', async () => 1);
    reporter.warn('a\nb');

    expect(lines.every((line) => line.endsWith('\n') && line.trim().split('\n').length === 1)).toBe(
      true,
    );
    expect(events().map(({ event, status }) => status ?? event)).toEqual([
      'started',
      'done',
      'log',
    ]);
  });

  it('reports a failed step and hands the failure on', async () => {
    const failing = reporter.step('Starting', () => Promise.reject(new Error('no')));

    await expect(failing).rejects.toThrow('no');
    expect(events().at(-1)).toMatchObject({ step: 'Starting', status: 'failed' });
  });

  it('shows the key and the password on a first start', () => {
    const firstAdmin = { email: 'admin@corral.local', password: 'pw', apiKey: 'sk-corral-1' };
    reporter.ready({ ...ready, firstAdmin });

    expect(events()[0]).toMatchObject({
      event: 'ready',
      url: 'http://127.0.0.1:7070',
      model: 'corral-demo',
      apiKey: 'sk-corral-1',
      adminEmail: 'admin@corral.local',
      adminPassword: 'pw',
    });
  });

  it('has no field for a key on a later start', () => {
    reporter.ready(ready);

    expect(Object.keys(events()[0] ?? {})).not.toContain('apiKey');
  });
});

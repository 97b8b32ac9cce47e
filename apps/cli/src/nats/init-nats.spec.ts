import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initNats } from './init-nats.js';

describe('corral nats init', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'nats-init-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const init = (more: object = {}) => initNats(dir, { listen: '0.0.0.0:4222', ...more });

  it('writes keys and a configuration that their owner alone can read', async () => {
    const { config, authority, madeKeys } = await init();

    expect(madeKeys).toBe(true);
    expect([config, authority].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
    expect(readFileSync(config, 'utf8')).toContain('listen: "0.0.0.0:4222"');
  });

  it('puts no secret key into the configuration', async () => {
    const { config, authority } = await init();

    const keys = JSON.parse(readFileSync(authority, 'utf8')) as Record<string, string>;
    const text = readFileSync(config, 'utf8');
    const seeds = Object.entries(keys).filter(([name]) => name.endsWith('Seed'));
    expect(seeds).toHaveLength(3);
    for (const [, seed] of seeds) expect(text).not.toContain(seed);
  });

  it('keeps the keys when it is run again, so that every machine stays in', async () => {
    const first = await init();
    const before = readFileSync(first.authority, 'utf8');

    const second = await init({ store: '/data', tls: { cert: '/c', key: '/k', ca: '/ca' } });

    expect(second.madeKeys).toBe(false);
    expect(readFileSync(second.authority, 'utf8')).toBe(before);
    const text = readFileSync(second.config, 'utf8');
    expect(text).toContain('store_dir: "/data"');
    expect(text).toMatch(/tls \{\s+cert_file: "\/c"\s+key_file: "\/k"\s+ca_file: "\/ca"/);
  });
});

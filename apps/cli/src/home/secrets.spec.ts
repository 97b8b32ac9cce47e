import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adminTokenFile, openSecrets } from './secrets.js';

describe('The secrets of a data folder', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'secrets-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('are all different and long', () => {
    const secrets = Object.values<string>({ ...openSecrets(dir) });

    expect(new Set(secrets).size).toBe(secrets.length);
    expect(secrets.every((secret) => secret.length >= 43)).toBe(true);
  });

  it('are the same at the next start', () => {
    const first = openSecrets(dir);

    expect(openSecrets(dir)).toEqual(first);
  });

  it('can be read by their owner alone', () => {
    openSecrets(dir);

    const modes = readdirSync(dir).map((name) => statSync(join(dir, name)).mode & 0o777);
    expect(new Set(modes)).toEqual(new Set([0o600]));
  });

  it('are made anew where a file is empty', () => {
    openSecrets(dir);
    writeFileSync(adminTokenFile(dir), '');

    const { adminToken } = openSecrets(dir);
    expect(readFileSync(adminTokenFile(dir), 'utf8').trim()).toBe(adminToken);
    expect(adminToken).not.toBe('');
  });
});

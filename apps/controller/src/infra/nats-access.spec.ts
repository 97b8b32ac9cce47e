import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeNatsAuthority } from '@corral/bus';
import { ConfigError, loadConfig } from '../config/config.js';
import { NatsAccess } from './nats-access.js';

describe('a controller’s way into NATS', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'nats-access-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  function fileWith(text: string): string {
    const file = join(dir, 'file');
    writeFileSync(file, text);
    return file;
  }
  const open = (environment: Record<string, string>) =>
    NatsAccess.open(
      loadConfig({
        DATABASE_URL: 'postgresql://db/corral',
        CORRAL_AUTH_SECRET: 'signs the sessions of a spec',
        NATS_URL: 'nats://nats:4222',
        ...environment,
      }),
    );

  it('is a user and password where those are given, and lets no machine join', async () => {
    const access = await open({ NATS_USER: 'controller', NATS_PASSWORD: 'secret' });
    expect(access.login).toMatchObject({ user: 'controller', pass: 'secret' });
    expect(access.login.creds).toBeUndefined();
    expect(access.authority).toBeNull();
  });

  it('is made from the authority, where there is one', async () => {
    const authority = await makeNatsAuthority();
    const file = fileWith(JSON.stringify(authority));
    const access = await open({ NATS_AUTHORITY_FILE: file });
    expect(access.authority).toEqual(authority);
    expect(access.login.creds).toContain('BEGIN NATS USER JWT');
  });

  it('sends machines to the same servers unless told otherwise', async () => {
    expect((await open({})).workerServers).toBe('nats://nats:4222');
    const told = await open({ CORRAL_WORKER_NATS_URL: 'tls://nats.example.net' });
    expect(told.workerServers).toBe('tls://nats.example.net');
  });

  it('names a file that cannot be used, and nothing of what is in it', async () => {
    const file = fileWith(JSON.stringify({ operatorSeed: 'SO-secret' }));
    const opening = open({ NATS_AUTHORITY_FILE: file });
    await expect(opening).rejects.toThrow(ConfigError);
    await expect(opening).rejects.toThrow(/NATS_AUTHORITY_FILE: .*lacks .*accountSeed/);
    await expect(opening).rejects.not.toThrow(/SO-secret/);
    await expect(open({ NATS_CA_FILE: join(dir, 'none') })).rejects.toThrow(/NATS_CA_FILE.*none/);
  });
});

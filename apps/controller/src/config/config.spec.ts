import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from './config.js';

const MINIMAL = {
  CORRAL_AUTH_SECRET: 'a secret of some length',
  DATABASE_URL: 'postgresql://corral@localhost/corral',
  NATS_URL: 'nats://localhost:4222',
};

describe('the controller’s settings', () => {
  it('need a database, a bus and a secret, and default to the rest', () => {
    expect(loadConfig(MINIMAL)).toMatchObject({
      http: { host: '127.0.0.1', port: 7070, bodyLimitBytes: 4_194_304 },
      adminToken: null,
    });
  });

  it('read secrets from files', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'corral')), 'token');
    writeFileSync(file, 'sixteen-characters\n');
    const { adminToken } = loadConfig({ ...MINIMAL, CORRAL_ADMIN_TOKEN_FILE: file });
    expect(adminToken).toBe('sixteen-characters');
  });

  it('have no single sign-on unless told, and then let in only people who are known', () => {
    expect(loadConfig(MINIMAL).oidc).toBeNull();
    const oidc = {
      CORRAL_OIDC_ISSUER: 'https://id.example.com',
      CORRAL_OIDC_CLIENT_ID: 'corral',
      CORRAL_OIDC_CLIENT_SECRET: 'shared',
    };
    expect(loadConfig({ ...MINIMAL, ...oidc }).oidc).toEqual({
      issuer: 'https://id.example.com',
      clientId: 'corral',
      clientSecret: 'shared',
      name: 'Single sign-on',
      allowedDomains: [],
    });
    const domains = { CORRAL_OIDC_ALLOWED_DOMAINS: ' Example.com, example.org,' };
    expect(loadConfig({ ...MINIMAL, ...oidc, ...domains }).oidc?.allowedDomains).toEqual([
      'example.com',
      'example.org',
    ]);
  });

  it('refuse half a provider, and one that anybody on the way could play', () => {
    const half = { CORRAL_OIDC_ISSUER: 'https://id.example.com' };
    expect(() => loadConfig({ ...MINIMAL, ...half })).toThrow(
      /CORRAL_OIDC_CLIENT_ID[^]*CORRAL_OIDC_CLIENT_SECRET/,
    );
    const plain = { CORRAL_OIDC_ISSUER: 'http://id.example.com' };
    expect(() => loadConfig({ ...MINIMAL, ...plain })).toThrow(/CORRAL_OIDC_ISSUER: must be https/);
  });

  it('name everything that is wrong at once, and no value', () => {
    const wrong = { CORRAL_PORT: '99999', CORRAL_AUTH_SECRET: 'hunter2' };
    expect(() => loadConfig(wrong)).toThrow(
      /CORRAL_PORT[^]*CORRAL_AUTH_SECRET[^]*DATABASE_URL[^]*NATS_URL/,
    );
    expect(() => loadConfig(wrong)).toThrow(expect.not.stringContaining('hunter2') as Error);
  });
});

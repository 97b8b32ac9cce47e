import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from '../cli-error.js';
import { clientConfig } from './client-config.js';

describe('The address and token of a controller', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'client-'));
    mkdirSync(join(home, 'run'));
    mkdirSync(join(home, 'secrets'));
    writeFileSync(join(home, 'secrets/admin-token'), 'from-home\n');
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const running = (): void =>
    writeFileSync(
      join(home, 'run/state.json'),
      JSON.stringify({ url: 'http://127.0.0.1:7070', pid: 1 }),
    );

  it('are those of the Corral that runs on the data folder', () => {
    running();

    expect(clientConfig({ home }, {})).toEqual({
      url: 'http://127.0.0.1:7070',
      token: 'from-home',
    });
  });

  it('can be given by the environment, and flags come before it', () => {
    running();
    const env = { CORRAL_URL: 'https://a.example', CORRAL_ADMIN_TOKEN: 'from-env' };

    expect(clientConfig({ home, url: 'https://b.example/' }, env)).toEqual({
      url: 'https://b.example',
      token: 'from-env',
    });
  });

  it('are missing when nothing runs there, with advice', () => {
    expect(() => clientConfig({ home }, {})).toThrow(
      expect.objectContaining({
        exitCode: EXIT.unreachable,
        hint: expect.stringContaining('corral up'),
      }),
    );
  });

  it('are incomplete without a token', () => {
    rmSync(join(home, 'secrets/admin-token'));

    expect(() => clientConfig({ home, url: 'https://a.example' }, {})).toThrow(/No admin token/);
  });
});

import { CliError, EXIT } from '../cli-error.js';
import { upConfig } from './up-config.js';

describe('The settings of `corral up`', () => {
  it('have defaults for one machine', () => {
    expect(upConfig({}, {})).toEqual({
      home: '.corral',
      port: 7070,
      host: '127.0.0.1',
      controllerSecrets: {},
    });
  });

  it('come from the environment', () => {
    const env = {
      CORRAL_HOME: '/srv/corral',
      CORRAL_PORT: '8080',
      DATABASE_URL: 'postgres://db/x',
    };

    expect(upConfig({}, env)).toMatchObject({
      home: '/srv/corral',
      port: 8080,
      databaseUrl: 'postgres://db/x',
    });
  });

  it('hand the controller’s own secrets on, and no others', () => {
    const env = { CORRAL_OIDC_CLIENT_SECRET: 's', CORRAL_METRICS_TOKEN_FILE: '/f', X_SECRET: 'x' };

    expect(upConfig({}, env).controllerSecrets).toEqual({
      CORRAL_OIDC_CLIENT_SECRET: 's',
      CORRAL_METRICS_TOKEN_FILE: '/f',
    });
  });

  it('take flags before the environment', () => {
    expect(upConfig({ port: '9000' }, { CORRAL_PORT: '8080' }).port).toBe(9000);
  });

  it('count an empty variable as absent, as compose files leave it', () => {
    expect(upConfig({}, { CORRAL_PORT: '', DATABASE_URL: '' }).port).toBe(7070);
  });

  it('name everything that is wrong at once', () => {
    const read = (): unknown => upConfig({ port: '70000' }, { NATS_URL: 'localhost:4222' });

    expect(read).toThrow(CliError);
    expect(read).toThrow(/--port \(CORRAL_PORT\) must be 1 to 65535; NATS_URL must begin with/);
    expect(read).toThrow(expect.objectContaining({ exitCode: EXIT.usage }));
  });
});

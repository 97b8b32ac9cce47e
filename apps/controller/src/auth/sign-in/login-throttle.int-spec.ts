import { until } from '@corral/testing';
import { PrismaService } from '../../infra/prisma.service.js';
import { TestApplication } from '../../testing/test-application.js';
import {
  addPerson,
  PASSWORD,
  signIn,
  signedIn,
  type TestPerson,
} from '../../testing/test-people.js';
import { startServers, type TestServers } from '../../testing/test-servers.js';
import { LoginThrottle } from './login-throttle.service.js';

describe('guessing passwords', () => {
  let servers: TestServers;
  let here: TestApplication;
  let elsewhere: TestApplication;
  let person: TestPerson;

  beforeAll(async () => {
    servers = await startServers();
    here = await TestApplication.start(servers.config());
    elsewhere = await TestApplication.start(servers.config());
  });
  beforeEach(async () => {
    await client().loginThrottle.deleteMany();
    person = await addPerson(here, 'developer');
    // Whoever has a session from the address is counted apart.
    await client().session.deleteMany();
    await client().loginThrottle.deleteMany();
  });
  afterAll(async () => {
    await Promise.all([here.stop(), elsewhere.stop()]);
    await servers.remove();
  });

  const client = () => here.app.get(PrismaService).client;
  const guess = async (headers = {}, email = person.email) =>
    (await signIn(here, email, 'a guess of mine', headers)).status;
  const guesses = async (count: number, email?: string) => {
    const statuses = [];
    for (let tried = 0; tried < count; tried += 1) statuses.push(await guess({}, email));
    return statuses;
  };

  it('is slowed down after ten tries, on every controller', async () => {
    expect(new Set(await guesses(10))).toEqual(new Set([401]));
    for (const controller of [here, elsewhere]) {
      const { status, headers, body } = await signIn(controller, person.email);
      expect(status).toBe(429);
      expect(Number(headers.get('retry-after'))).toBe(1);
      expect(body).toMatchObject({ error: { code: 'rate_limit_exceeded' } });
    }
  });

  it('is slowed down alike for an account that does not exist', async () => {
    const statuses = await guesses(11, 'nobody@example.com');
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
  });

  it('gets through no faster at the same time', async () => {
    const statuses = await Promise.all(Array.from({ length: 30 }, () => guess()));
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(11);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
  });

  it('is slowed down whatever address the client claims', async () => {
    const statuses = new Set<number>();
    for (let tried = 0; tried < 12; tried += 1) {
      const claimed = {
        'x-forwarded-for': `10.0.0.${tried}`,
        'x-corral-client-address': '1.2.3.4',
      };
      statuses.add(await guess(claimed));
    }
    expect(statuses).toContain(429);
  });

  it('is slowed down over many accounts from one address', async () => {
    const tries = here.app.get(LoginThrottle);
    for (let tried = 0; tried < 50; tried += 1) {
      await tries.signInFrom(`person-${tried}@example.com`, '192.0.2.1');
    }
    await expect(tries.signInFrom('next@example.com', '192.0.2.1')).rejects.toMatchObject({
      failure: { code: 'rate_limit_exceeded' },
    });
    await expect(tries.signInFrom('next@example.com', '192.0.2.2')).resolves.toBeDefined();
  });

  it('locks nobody out: the right password gets in after the pause', async () => {
    await guesses(11);
    const signedInAgain = await until('the pause to be over', async () => {
      const { status } = await signIn(here, person.email);
      return status === 200;
    });
    expect(signedInAgain).toBe(true);
    // Forgotten with the success.
    expect(new Set(await guesses(1))).toEqual(new Set([401]));
  });

  it('of a stranger does not slow down who has a session from elsewhere', async () => {
    await signedIn(here, person.email);
    const tries = here.app.get(LoginThrottle);
    const fromAfar = () => tries.signInFrom(person.email, '192.0.2.3');
    for (let tried = 0; tried < 10; tried += 1) await fromAfar();
    await expect(fromAfar()).rejects.toBeDefined();
    expect((await signIn(here, person.email)).status).toBe(200);
  });

  it('is not counted where nothing was learnt of the password', async () => {
    for (let tried = 0; tried < 12; tried += 1) {
      const { status } = await signIn(here, person.email, PASSWORD, {
        origin: 'https://elsewhere.example',
        cookie: 'corral.session_token=some',
      });
      expect(status).toBe(403);
    }
    expect((await signIn(here, person.email)).status).toBe(200);
  });

  it('leaves no address of a person in the table', async () => {
    await guess();
    const rows = await client().loginThrottle.findMany();
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(person.email);
  });
});

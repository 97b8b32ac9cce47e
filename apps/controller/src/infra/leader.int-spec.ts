import pg from 'pg';
import { until } from '@corral/testing';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { LeaderService } from './leader.service.js';

describe('leadership', () => {
  let servers: TestServers;
  let controllers: LeaderService[];

  beforeAll(async () => {
    servers = await startServers();
  });
  beforeEach(async () => {
    controllers = [new LeaderService(servers.config()), new LeaderService(servers.config())];
    for (const controller of controllers) await controller.onModuleInit();
  });
  afterEach(async () => {
    for (const controller of controllers) await controller.onApplicationShutdown();
  });
  afterAll(() => servers.remove());

  const leaders = (): LeaderService[] => controllers.filter((controller) => controller.isLeader());
  const oneLeads = () => until('one to lead', () => leaders().length === 1);

  it('is one controller’s', () => {
    expect(leaders()).toEqual([controllers[0]]);
  });

  it('passes on when the leader stops', async () => {
    await controllers[0]?.onApplicationShutdown();
    await until('the other to lead', () => controllers[1]?.isLeader());
    expect(controllers[0]?.isLeader()).toBe(false);
  });

  it('is taken away with the connection, and is some one’s again', async () => {
    const client = new pg.Client({ connectionString: servers.databaseUrl });
    await client.connect();
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'corral-leader'`,
    );
    await client.end();
    await until('nobody to lead', () => leaders().length === 0);
    await oneLeads();
  });

  it('survives a restart of the database, time and again', async () => {
    for (let restarts = 0; restarts < 2; restarts += 1) {
      await servers.postgres.stop();
      await until('nobody to lead', () => leaders().length === 0);
      await servers.postgres.start();
      await oneLeads();
    }
  });
});

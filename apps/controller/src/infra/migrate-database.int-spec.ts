import { isDeepStrictEqual as equals } from 'node:util';
import { startPostgres, until, type PostgresServer } from '@corral/testing';
import { createPrisma, migrate, MIGRATIONS_DIR, readMigrations } from '@corral/database';

describe('migrating a database', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.remove());

  async function knownNames(): Promise<string[]> {
    const { migrationDirectories } = await readMigrations(MIGRATIONS_DIR);
    return migrationDirectories.map(({ path }) => path);
  }

  it('brings an empty database to the present schema', async () => {
    const url = await postgres.createDatabase('empty');
    expect(await migrate(url)).toEqual(await knownNames());
    const prisma = createPrisma(url);
    const key = { name: 'n', teamId: 'default' };
    await prisma.apiKey.create({ data: key });
    expect(await prisma.apiKey.findMany()).toMatchObject([key]);
    expect(await prisma.team.findMany()).toMatchObject([{ id: 'default' }]);
    await prisma.$disconnect();
  });

  it('changes nothing the second time', async () => {
    const url = await postgres.createDatabase('twice');
    await migrate(url);
    expect(await migrate(url)).toEqual([]);
  });

  it('is done once by processes that start together', async () => {
    const url = await postgres.createDatabase('together');
    const applied = await Promise.all([migrate(url), migrate(url), migrate(url)]);
    expect(applied.flat()).toEqual(await knownNames());
  });

  it('leaves no connection behind', async () => {
    const url = await postgres.createDatabase('closed');
    await migrate(url);
    const prisma = createPrisma(url);
    const count = (): Promise<unknown> =>
      prisma.$queryRaw`SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE datname = 'closed' AND pid <> pg_backend_pid()`;
    // The server takes a moment to notice.
    await until('the connections to end', async () => equals(await count(), [{ n: 0 }]));
    await prisma.$disconnect();
  });

  it('fails, and says why, when there is no such database', async () => {
    const url = await postgres.createDatabase('real');
    await expect(migrate(url.replace('real', 'unreal'))).rejects.toThrow('"unreal" does not exist');
  });
});

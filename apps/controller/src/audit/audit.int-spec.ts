import type { AuditEntry } from '@corral/contracts/http';
import { SYSTEM, type Principal } from '../common/principal.pure.js';
import { PrismaService } from '../infra/prisma.service.js';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { AuditService, type AuditedChange } from './audit.service.js';

const ANN: Principal = {
  ...SYSTEM,
  kind: 'user',
  userId: 'ann',
  email: 'ann@example.com',
  requestId: 'req_1',
  address: '192.0.2.1',
};

describe('the audit log', () => {
  let servers: TestServers;
  let prisma: PrismaService;
  let audit: AuditService;

  beforeAll(async () => {
    servers = await startServers();
    prisma = new PrismaService(servers.config());
    audit = new AuditService(prisma);
  });
  afterAll(async () => {
    await prisma.onApplicationShutdown();
    await servers.remove();
  });

  const record = (change: Partial<AuditedChange> = {}) =>
    prisma.client.$transaction((tx) =>
      audit.record(tx, ANN, {
        action: 'team.update',
        subjectKind: 'team',
        subjectId: 'red',
        before: { name: 'Red' },
        after: { name: 'Rouge' },
        ...change,
      }),
    );
  const listed = async (query = {}): Promise<AuditEntry[]> =>
    (await audit.list({ limit: 50, ...query })).data;

  it('says who changed what, from where, and what it was', async () => {
    const since = new Date('2026-01-02T03:04:05Z');
    await record({ after: { name: 'Rouge', disabledAt: since, note: undefined } });
    expect((await listed())[0]).toEqual({
      id: expect.any(String),
      createdAt: expect.any(String),
      actor: { kind: 'user', id: 'ann', email: 'ann@example.com' },
      action: 'team.update',
      subject: { kind: 'team', id: 'red' },
      before: { name: 'Red' },
      after: { name: 'Rouge', disabledAt: '2026-01-02T03:04:05.000Z' },
      requestId: 'req_1',
      address: '192.0.2.1',
    });
  });

  it('has nothing before what was made, and nothing after what was removed', async () => {
    await record({ subjectId: 'made', before: null });
    await record({ subjectId: 'removed', after: null });
    expect((await listed({ subjectId: 'made' }))[0]).toMatchObject({ before: null });
    expect((await listed({ subjectId: 'removed' }))[0]).toMatchObject({ after: null });
  });

  it('has no entry of a change that did not come about', async () => {
    const undone = prisma.client.$transaction(async (tx) => {
      await audit.record(tx, ANN, {
        action: 'team.update',
        subjectKind: 'team',
        subjectId: 'undone',
        before: null,
        after: null,
      });
      throw new Error('refused');
    });
    await expect(undone).rejects.toThrow('refused');
    expect(await listed({ subjectId: 'undone' })).toEqual([]);
  });

  it('is read page by page, newest first, and by subject', async () => {
    for (let number = 0; number < 5; number += 1) {
      await record({ subjectKind: 'page', subjectId: String(number) });
    }
    const pages: string[][] = [];
    let before: string | undefined;
    do {
      const page = await audit.list({ limit: 2, subjectKind: 'page', ...(before && { before }) });
      pages.push(page.data.map(({ subject }) => subject.id));
      before = page.next ?? undefined;
    } while (before !== undefined);
    expect(pages).toEqual([['4', '3'], ['2', '1'], ['0']]);
    expect(await listed({ subjectKind: 'page', subjectId: '3' })).toHaveLength(1);
  });

  it.each([
    `UPDATE "audit_entry" SET "action" = 'nothing'`,
    `DELETE FROM "audit_entry"`,
    `TRUNCATE "audit_entry"`,
  ])('refuses %s', async (statement) => {
    const before = await prisma.client.auditEntry.count();
    await expect(prisma.client.$executeRawUnsafe(statement)).rejects.toThrow(/append-only/);
    expect(await prisma.client.auditEntry.count()).toBe(before);
  });
});

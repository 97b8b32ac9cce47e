import type { AuditEntry } from '@corral/contracts/http';
import { AdminServer } from '../../testing/admin-server.js';
import { runCorral } from '../../testing/run-corral.js';
import { team } from '../../testing/views.js';
import { auditText } from './audit.js';

const entry: AuditEntry = {
  id: 'a-1',
  createdAt: '2026-11-24T08:30:00.000Z',
  actor: { kind: 'user', id: 'u-1', email: 'ada@example.com' },
  action: 'user.update',
  subject: { kind: 'user', id: 'u-2' },
  before: { role: 'developer', teamId: 't-1', name: 'Bob' },
  after: { role: 'lead', teamId: 't-1', name: 'Bob' },
  requestId: 'r-1',
  address: '127.0.0.1',
};

describe('corral audit', () => {
  let server: AdminServer;
  beforeEach(async () => {
    server = await AdminServer.start();
    server.answer('GET /teams', { data: [team()] });
    server.answer('GET /audit', { data: [entry], next: 'a-1' });
  });
  afterEach(() => server.stop());

  const askedFor = async (...args: string[]): Promise<unknown> => {
    expect((await runCorral(server, 'audit', ...args)).error).toBeUndefined();
    return Object.fromEntries(new URL(server.asked.at(-1)?.path ?? '', server.url).searchParams);
  };

  it('asks for the newest entries', async () => {
    expect(await askedFor()).toEqual({ limit: '50' });
    expect(await askedFor('--limit', '10', '--before', 'a-9')).toEqual({
      limit: '10',
      before: 'a-9',
    });
  });

  it('asks for changes of limits by whose they are', async () => {
    expect(await askedFor('--subject', 'quota:team:research')).toEqual({
      limit: '50',
      subjectKind: 'quota',
      subjectId: 'team/t-1',
    });
  });

  it('asks for one kind, or one thing, by its name or, when it is gone, by its id', async () => {
    expect(await askedFor('--subject', 'key')).toEqual({ limit: '50', subjectKind: 'key' });
    for (const [text, id] of [
      ['team:research', 't-1'],
      ['team:t-gone', 't-gone'],
    ]) {
      expect(await askedFor('--subject', text ?? '')).toEqual({
        limit: '50',
        subjectKind: 'team',
        subjectId: id,
      });
    }
  });
});

describe('The audit log for a person', () => {
  const lineOf = (change: Partial<AuditEntry>): string =>
    auditText({ data: [{ ...entry, ...change }], next: null }).split('\n')[1] ?? '';

  it('has who changed what, and the fields that differ', () => {
    expect(lineOf({}).replace(/ +/g, ' ')).toBe(
      '2026-11-24T08:30Z ada@example.com user.update user:u-2 role: developer → lead',
    );
  });

  it('has the fields of what is new, and nothing of what is gone', () => {
    expect(lineOf({ before: null, after: { name: 'x', limits: { a: 1 } } })).toMatch(
      /name: x, limits: {"a":1}$/,
    );
    expect(lineOf({ after: null })).toMatch(/user:u-2$/);
  });

  it('names the admin token and Corral itself', () => {
    const actor = { id: null, email: null };
    expect(lineOf({ actor: { ...actor, kind: 'admin_token' } })).toContain('admin token');
    expect(lineOf({ actor: { ...actor, kind: 'system' } })).toContain('system');
  });

  it('says how to see more', () => {
    expect(auditText({ data: [entry], next: 'a-1' })).toContain('--before a-1');
  });
});

import { limitsSchema } from '@corral/contracts/http';
import { until } from '@corral/testing';
import { changeSchema, CHANGES_SUBJECT, type Change } from '@corral/contracts';
import { AuditService } from '../audit/audit.service.js';
import { SYSTEM, type Principal } from '../common/principal.pure.js';
import { addPerson, addTeam } from '../testing/accounts.js';
import { KeyDesk } from '../testing/key-desk.js';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { hashSecret, parseApiKey } from './api-key.js';

const HOUR_MS = 3_600_000;
const refusal = (code: string, param?: string) => ({
  failure: { code, ...(param === undefined ? {} : { param }) },
});
const NOT_FOUND = refusal('not_found');
const NO_OVERLAP = { overlapHours: 0 };

describe('the management of keys', () => {
  let servers: TestServers;
  let desk: KeyDesk;
  let ours: string;
  let theirs: string;
  let admin: Principal;
  let lead: Principal;
  let developer: Principal & { userId: string };
  let colleague: Principal & { userId: string };
  let stranger: Principal & { userId: string };

  beforeAll(async () => {
    servers = await startServers();
    desk = await KeyDesk.open(servers);
    ours = await addTeam(desk.prisma, 'ours');
    theirs = await addTeam(desk.prisma, 'theirs');
    admin = await addPerson(desk.prisma, 'admin');
    lead = await addPerson(desk.prisma, 'lead', ours);
    developer = await addPerson(desk.prisma, 'developer', ours);
    colleague = await addPerson(desk.prisma, 'developer', ours);
    stranger = await addPerson(desk.prisma, 'developer', theirs);
  });
  afterAll(async () => {
    await desk.close();
    await servers.remove();
  });

  const idsSeenBy = async (asker: Principal) =>
    (await desk.keys.list(asker)).map(({ id }) => id).sort();
  const auditOf = async (id: string) =>
    (
      await new AuditService(desk.prisma).list({ limit: 10, subjectKind: 'key', subjectId: id })
    ).data.reverse();

  describe('makes', () => {
    it('a developer’s own key in the own team, and none for another', async () => {
      const own = await desk.create({}, developer);
      expect(own).toMatchObject({
        teamId: ours,
        teamName: 'ours',
        userId: developer.userId,
        userEmail: developer.email,
        scopes: ['generate', 'models'],
        overlapping: [],
      });
      for (const userId of [colleague.userId, stranger.userId, 'nobody', null]) {
        await expect(desk.create({ userId }, developer)).rejects.toMatchObject(
          refusal('permission_denied', 'userId'),
        );
      }
      await expect(desk.create({ teamId: theirs }, developer)).rejects.toMatchObject(
        refusal('invalid_value', 'teamId'),
      );
    });

    it('keys of a lead’s team and of its people, and none of another team', async () => {
      expect(await desk.create({ userId: developer.userId }, lead)).toMatchObject({ teamId: ours });
      expect(await desk.create({ userId: null }, lead)).toMatchObject({
        teamId: ours,
        userId: null,
      });
      for (const userId of [stranger.userId, 'nobody']) {
        await expect(desk.create({ userId }, lead)).rejects.toMatchObject(
          refusal('not_found', 'userId'),
        );
      }
      await expect(desk.create({ userId: null, teamId: theirs }, lead)).rejects.toMatchObject(
        refusal('not_found', 'teamId'),
      );
    });

    it('any key for an admin, where person and team belong together', async () => {
      const { userId } = stranger;
      expect(await desk.create({ userId }, admin)).toMatchObject({ teamId: theirs });
      expect(await desk.create({ userId, teamId: theirs }, admin)).toMatchObject({ userId });
      await expect(desk.create({ userId, teamId: ours }, admin)).rejects.toMatchObject(
        refusal('invalid_value', 'teamId'),
      );
      await expect(desk.create({ userId: 'nobody' }, admin)).rejects.toMatchObject(NOT_FOUND);
      await expect(desk.create({ userId: null, teamId: 'none' }, admin)).rejects.toMatchObject(
        NOT_FOUND,
      );
    });

    it('a service key of the default team with the admin token, unless another is named', async () => {
      const token: Principal = { ...SYSTEM, kind: 'admin_token' };
      expect(await desk.create({}, token)).toMatchObject({ teamId: 'default', userId: null });
      expect(await desk.create({ teamId: ours }, token)).toMatchObject({ teamId: ours });
    });

    it('none for the disabled, whose keys would be refused', async () => {
      const disabledAt = new Date();
      const teamId = await addTeam(desk.prisma, 'disabled');
      const gone = await addPerson(desk.prisma, 'developer', ours);
      await desk.prisma.client.user.update({ where: { id: gone.userId }, data: { disabledAt } });
      const member = await addPerson(desk.prisma, 'developer', teamId);
      await desk.prisma.client.team.update({ where: { id: teamId }, data: { disabledAt } });
      for (const userId of [gone.userId, member.userId]) {
        await expect(desk.create({ userId }, admin)).rejects.toMatchObject(refusal('conflict'));
      }
      await expect(desk.create({ userId: null, teamId }, admin)).rejects.toMatchObject(
        refusal('conflict', 'teamId'),
      );
    });

    it('a key with limits of its own, and has them read', async () => {
      const heard: Change[] = [];
      const listening = desk.bus.subscribe(CHANGES_SUBJECT, changeSchema, (change) => {
        heard.push(change);
      });
      const limits = { tokensPerDay: 1_000, allowedModels: ['tiny'] };
      const { id } = await desk.create({ limits }, developer);
      const where = { subjectKind_subjectId: { subjectKind: 'key', subjectId: id } };
      const quota = await desk.prisma.client.quota.findUniqueOrThrow({ where });
      expect(limitsSchema.parse(quota.limits)).toMatchObject({ ...limits, tokensPerWeek: null });
      await until('the change', () => heard.some(({ what }) => what === 'quotas'));
      listening.unsubscribe();
      const [entry] = await auditOf(id);
      expect(entry?.after).toMatchObject({ limits });
    });
  });

  it('shows each asker the keys that are theirs to manage, and finds no others', async () => {
    const key = await desk.create({}, developer);
    const service = await desk.create({ userId: null }, lead);
    const foreign = await desk.create({}, stranger);
    expect(await idsSeenBy(developer)).toContain(key.id);
    expect(await idsSeenBy(developer)).not.toContain(service.id);
    expect(await idsSeenBy(lead)).toEqual(expect.arrayContaining([key.id, service.id].sort()));
    expect(await idsSeenBy(lead)).not.toContain(foreign.id);
    expect(await idsSeenBy(admin)).toEqual(expect.arrayContaining([foreign.id]));
    for (const [asker, { id, publicId }] of [
      [developer, service],
      [developer, foreign],
      [colleague, key],
      [lead, foreign],
      [stranger, key],
    ] as const) {
      for (const name of [id, publicId]) {
        await expect(desk.keys.view(asker, name)).rejects.toMatchObject(NOT_FOUND);
        await expect(desk.keys.rotate(asker, name, NO_OVERLAP)).rejects.toMatchObject(NOT_FOUND);
        await expect(desk.keys.revoke(asker, name)).rejects.toMatchObject(NOT_FOUND);
      }
    }
    expect(await desk.keys.view(lead, key.publicId)).toMatchObject({ id: key.id });
    expect(await auditOf(foreign.id)).toHaveLength(1);
  });

  it('shows nothing of a secret but its last four characters', async () => {
    const { apiKey, id } = await desk.create({}, developer);
    const secret = parseApiKey(apiKey)?.secret ?? '';
    await desk.keys.rotate(developer, id, { overlapHours: 1 });
    const shown = JSON.stringify([
      await desk.keys.list(developer),
      await desk.keys.view(developer, id),
    ]);
    expect(shown).toContain(apiKey.slice(-4));
    for (const hidden of [secret, hashSecret(secret)]) expect(shown).not.toContain(hidden);
  });

  it('keeps the key and its older secrets in sight while it is rotated', async () => {
    const first = await desk.create({ expiresInDays: 30 }, developer);
    const second = await desk.keys.rotate(developer, first.id, { overlapHours: 48 });
    const third = await desk.keys.rotate(developer, second.publicId, { overlapHours: 1 });
    expect(third).toMatchObject({ id: first.id, name: first.name, createdAt: first.createdAt });
    expect(new Set([first, second, third].map(({ publicId }) => publicId)).size).toBe(3);
    const endsAt = new Date(desk.clock.now().getTime() + HOUR_MS).toISOString();
    expect(third.overlapping).toMatchObject([
      { publicId: second.publicId, expiresAt: endsAt },
      { publicId: first.publicId, expiresAt: endsAt },
    ]);
    const days = (Date.parse(third.expiresAt ?? '') - desk.clock.now().getTime()) / HOUR_MS / 24;
    expect(Math.round(days)).toBe(30);
    const forGood = await desk.keys.rotate(developer, first.id, { overlapHours: 0 });
    expect(forGood.overlapping).toEqual([]);
  });

  it('never has an older secret live longer for a rotation', async () => {
    const { id, publicId, expiresAt } = await desk.create({ expiresInDays: 1 }, developer);
    const { overlapping } = await desk.keys.rotate(developer, id, { overlapHours: 720 });
    expect(overlapping).toMatchObject([{ publicId, expiresAt }]);
  });

  it('rotates one after the other what is rotated twenty times at once', async () => {
    const { id } = await desk.create({}, developer);
    const rotations = Array.from({ length: 20 }, () =>
      desk.keys.rotate(developer, id, { overlapHours: 1 }),
    );
    const made = await Promise.all(rotations);
    const { publicId, overlapping } = await desk.keys.view(developer, id);
    const seen = [publicId, ...overlapping.map((older) => older.publicId)];
    expect(seen).toEqual(expect.arrayContaining(made.map((key) => key.publicId)));
    expect(seen).toHaveLength(21);
  });

  it('does not rotate a revoked key', async () => {
    const { id } = await desk.create({}, developer);
    await desk.keys.revoke(developer, id);
    await expect(desk.keys.rotate(developer, id, NO_OVERLAP)).rejects.toMatchObject(
      refusal('conflict'),
    );
  });

  it('leaves an account of every change, without secrets or their hashes', async () => {
    const { apiKey, id, publicId } = await desk.create({}, developer);
    const rotated = await desk.keys.rotate(lead, id, { overlapHours: 1 });
    await desk.keys.revoke(admin, id);
    await desk.keys.revoke(admin, id);
    const entries = await auditOf(id);
    expect(entries.map(({ action, actor }) => [action, actor.id])).toEqual([
      ['key.create', developer.userId],
      ['key.rotate', lead.userId],
      ['key.revoke', admin.userId],
    ]);
    expect(entries[0]).toMatchObject({ before: null, after: { publicId, teamId: ours } });
    expect(entries[1]).toMatchObject({
      before: { publicId, overlapping: [] },
      after: { publicId: rotated.publicId, overlapping: [{ publicId }] },
    });
    expect(entries[2]?.after).toMatchObject({ revokedAt: desk.clock.now().toISOString() });
    const told = JSON.stringify(entries);
    for (const text of [apiKey, rotated.apiKey]) {
      const secret = parseApiKey(text)?.secret ?? '';
      for (const hidden of [text, secret, hashSecret(secret)]) expect(told).not.toContain(hidden);
    }
  });

  it('leaves neither key nor account when a change fails half way', async () => {
    const before = await desk.prisma.client.auditEntry.count();
    await expect(desk.create({ userId: 'nobody' }, admin)).rejects.toMatchObject(NOT_FOUND);
    expect(await desk.prisma.client.auditEntry.count()).toBe(before);
  });
});

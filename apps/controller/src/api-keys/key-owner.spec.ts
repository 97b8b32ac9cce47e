import { SYSTEM, type Principal } from '../common/principal.pure.js';
import { decideKeyOwner } from './key-owner.pure.js';

const person = (role: Principal['role']): Principal => ({
  ...SYSTEM,
  kind: 'user',
  userId: 'me',
  email: 'me@corral.local',
  role,
  teamId: 'ours',
});

describe('whose key may be made', () => {
  const refused = (code: string, param: string) => ({ kind: 'refused', failure: { code, param } });

  it.each(['admin', 'lead', 'developer'] as const)('is the own one unless said, for a %s', (role) =>
    expect(decideKeyOwner(person(role), {})).toMatchObject({ kind: 'person', userId: 'me' }),
  );

  it.each(['developer', 'viewer'] as const)('is nobody else’s and no team’s for a %s', (role) => {
    for (const userId of ['another', null]) {
      expect(decideKeyOwner(person(role), { userId })).toMatchObject(
        refused('permission_denied', 'userId'),
      );
    }
  });

  it('is a lead’s people’s: those of another team are not there', () => {
    expect(decideKeyOwner(person('lead'), { userId: 'another' })).toEqual({
      kind: 'person',
      userId: 'another',
      among: { teamId: 'ours' },
      teamId: null,
    });
  });

  it('is a lead’s own team’s, and no other team’s', () => {
    const ours = { kind: 'team', teamId: 'ours' };
    expect(decideKeyOwner(person('lead'), { userId: null })).toEqual(ours);
    expect(decideKeyOwner(person('lead'), { userId: null, teamId: 'ours' })).toEqual(ours);
    expect(decideKeyOwner(person('lead'), { userId: null, teamId: 'theirs' })).toMatchObject(
      refused('not_found', 'teamId'),
    );
  });

  it('is anybody’s for an admin, in the team that is named', () => {
    expect(decideKeyOwner(person('admin'), { userId: 'another', teamId: 'theirs' })).toEqual({
      kind: 'person',
      userId: 'another',
      among: {},
      teamId: 'theirs',
    });
    expect(decideKeyOwner(person('admin'), { userId: null, teamId: 'theirs' })).toEqual({
      kind: 'team',
      teamId: 'theirs',
    });
  });

  it('is the default team’s with the admin token and nothing said', () => {
    const token: Principal = { ...SYSTEM, kind: 'admin_token' };
    expect(decideKeyOwner(token, {})).toEqual({ kind: 'team', teamId: 'default' });
    expect(decideKeyOwner(token, { teamId: 'theirs' })).toEqual({ kind: 'team', teamId: 'theirs' });
  });
});

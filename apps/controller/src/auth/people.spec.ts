import { ROLES } from '@corral/contracts/http';
import { SYSTEM, type Principal } from '../common/principal.pure.js';
import { mayManage, peopleOf, rolesBelow } from './people.pure.js';

const as = (role: Principal['role'], teamId = 'a'): Principal => ({
  ...SYSTEM,
  kind: 'user',
  userId: 'me',
  role,
  teamId,
});

describe('people', () => {
  it('are all seen by an admin, a team’s by its lead, and oneself by the rest', () => {
    expect(peopleOf(as('admin'))).toEqual({});
    expect(peopleOf(as('lead'))).toEqual({ teamId: 'a' });
    expect(peopleOf(as('developer'))).toEqual({ id: 'me' });
    expect(peopleOf(as('viewer'))).toEqual({ id: 'me' });
  });

  it('without an id or a team see nobody, rather than everybody', () => {
    const nobody = { userId: null, teamId: null };
    expect(peopleOf({ ...as('lead'), ...nobody })).toEqual({ teamId: '' });
    expect(peopleOf({ ...as('developer'), ...nobody })).toEqual({ id: '' });
  });

  it.each(ROLES)('who are %s may all be changed by an admin', (role) => {
    expect(mayManage(as('admin'), { role, teamId: 'b' })).toBe(true);
  });

  it('may be changed by the lead of their team when they are developers', () => {
    const changeable = ROLES.filter((role) => mayManage(as('lead'), { role, teamId: 'a' }));
    expect(changeable).toEqual(['developer']);
    expect(mayManage(as('lead'), { role: 'developer', teamId: 'b' })).toBe(false);
  });

  it('are changed by nobody else', () => {
    for (const role of ['developer', 'viewer'] as const) {
      expect(rolesBelow(role)).toEqual([]);
      expect(mayManage(as(role), { role: 'viewer', teamId: 'a' })).toBe(false);
    }
  });
});

import { ROLES, type Role, type UpdateUser } from '@corral/contracts/http';
import { SYSTEM, type Principal } from '../../common/principal.pure.js';
import { changeKind, losesStanding, refusalOf } from './user-change.pure.js';

const as = (role: Role): Principal => ({
  ...SYSTEM,
  kind: 'user',
  userId: 'me',
  role,
  teamId: 'a',
});
const person = (role: Role, teamId = 'a') => ({ email: 'ann@example.com', role, teamId });
const at = new Date('2026-01-01T00:00:00Z');
const standing = (change = {}) => ({ role: 'developer', teamId: 'a', disabledAt: null, ...change });

describe('a change of a person', () => {
  const MOVE: UpdateUser = { teamId: 'b' };

  it('may be anything when an admin makes it', () => {
    for (const role of ROLES) {
      expect(refusalOf(as('admin'), person('admin', 'b'), { ...MOVE, role })).toBeNull();
    }
  });

  it('may be name and disabling when a lead makes it, and no more', () => {
    const developer = person('developer');
    const lead = as('lead');
    expect(refusalOf(lead, developer, { role: 'developer', disabled: true, name: 'x' })).toBeNull();
    expect(refusalOf(lead, developer, { teamId: 'a' })).toBeNull();
    expect(refusalOf(lead, developer, MOVE)).toMatchObject({ param: 'teamId' });
    for (const role of ['viewer', 'lead'] as const) {
      expect(refusalOf(lead, developer, { role })).toMatchObject({ param: 'role' });
    }
    expect(refusalOf(lead, person('lead'), {})).toMatchObject({ code: 'permission_denied' });
    expect(refusalOf(lead, person('developer', 'b'), {})).not.toBeNull();
  });

  it('is made by nobody else', () => {
    expect(refusalOf(as('developer'), person('viewer'), {})).not.toBeNull();
    expect(refusalOf(as('viewer'), person('viewer'), {})).not.toBeNull();
  });

  it('is called by its gravest part', () => {
    const moved = { teamId: 'b' };
    expect(changeKind(standing(), standing({ ...moved, disabledAt: at }))).toBe('disable');
    expect(changeKind(standing({ disabledAt: at }), standing(moved))).toBe('enable');
    expect(changeKind(standing(), standing(moved))).toBe('move');
    expect(changeKind(standing(), standing({ role: 'viewer' }))).toBe('update');
  });

  it('ends the invitations of who cannot answer for them any more', () => {
    const lead = standing({ role: 'lead' });
    expect(losesStanding(lead, standing({ role: 'developer' }))).toBe(true);
    expect(losesStanding(lead, standing({ role: 'lead', teamId: 'b' }))).toBe(true);
    expect(losesStanding(lead, standing({ role: 'lead', disabledAt: at }))).toBe(true);
    expect(losesStanding(lead, standing({ role: 'admin', teamId: 'b' }))).toBe(false);
    expect(losesStanding(lead, lead)).toBe(false);
  });
});

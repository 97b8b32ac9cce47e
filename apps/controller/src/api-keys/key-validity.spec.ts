import { storedKey } from '../testing/stored-keys.js';
import { hasExpired, withdrawalOf } from './key-validity.pure.js';

const THEN = new Date('2026-01-01T00:00:00Z');

describe('a key', () => {
  it.each([
    [null, 'unknown'],
    [storedKey(), null],
    [storedKey({ revokedAt: THEN, userDisabledAt: THEN, teamDisabledAt: THEN }), 'revoked'],
    [storedKey({ userDisabledAt: THEN, teamDisabledAt: THEN }), 'user_disabled'],
    [storedKey({ teamDisabledAt: THEN }), 'team_disabled'],
    [storedKey({ userId: null, teamDisabledAt: THEN }), 'team_disabled'],
    [storedKey({ expiresAt: THEN }), null],
  ])('that is stored as %j is withdrawn for: %p', (stored, why) => {
    expect(withdrawalOf(stored)).toBe(why);
  });

  it('has expired from its last moment on', () => {
    expect(hasExpired(storedKey({ expiresAt: THEN }), new Date(THEN.getTime() - 1))).toBe(false);
    expect(hasExpired(storedKey({ expiresAt: THEN }), THEN)).toBe(true);
    expect(hasExpired(storedKey({ expiresAt: null }), THEN)).toBe(false);
  });
});

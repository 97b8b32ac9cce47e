import { EXIT } from '../cli-error.js';
import { key, team, user } from '../testing/views.js';
import { keyNamed, teamNamed, userNamed } from './named.js';

describe('A thing that a person names', () => {
  it('is found by its id or its name', () => {
    const teams = [team(), team({ id: 't-2', name: 'platform' })];

    expect(teamNamed(teams, 'platform').id).toBe('t-2');
    expect(teamNamed(teams, 't-1').name).toBe('research');
  });

  it('is found by its id before the same text as a name', () => {
    expect(teamNamed([team({ id: 'a', name: 'b' }), team({ id: 'b', name: 'c' })], 'b').id).toBe(
      'b',
    );
  });

  it('is refused when there is none, with where to look', () => {
    expect(() => teamNamed([team()], 'sales')).toThrow(
      expect.objectContaining({
        message: 'There is no team "sales".',
        exitCode: EXIT.refused,
        hint: '`corral teams list` shows all.',
      }),
    );
  });
});

describe('A person', () => {
  it('is found by the e-mail address in any case', () => {
    expect(userNamed([user()], 'Ada@Example.com').id).toBe('u-1');
  });
});

describe('A key', () => {
  it('is found by its public ids, also that of a secret before a rotation', () => {
    const expiresAt = '2026-11-25T00:00:00.000Z';
    const keys = [key({ overlapping: [{ publicId: 'old', lastFour: 'abcd', expiresAt }] })];

    expect(keyNamed(keys, '3f8c2a1b').id).toBe('k-1');
    expect(keyNamed(keys, 'old').id).toBe('k-1');
  });

  it('is found by its public id, whatever others call theirs', () => {
    const keys = [key({ id: 'k-2', publicId: 'other', name: '3f8c2a1b' }), key()];

    expect(keyNamed(keys, '3f8c2a1b').id).toBe('k-1');
  });

  it('is found by its name while only one key that is not revoked has it', () => {
    const revoked = key({ id: 'k-0', publicId: 'gone', revokedAt: '2026-11-02T00:00:00.000Z' });

    expect(keyNamed([revoked, key()], 'ci').id).toBe('k-1');
    expect(() => keyNamed([key(), key({ id: 'k-2', publicId: 'two' })], 'ci')).toThrow(
      expect.objectContaining({ hint: 'Give one of the ids: k-1, k-2' }),
    );
  });
});

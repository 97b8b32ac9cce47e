import { rotationOf } from './key-rotation.pure.js';

const DAY_MS = 86_400_000;
const MADE_AT = new Date('2026-01-01T00:00:00Z');
const NOW = new Date('2026-01-11T00:00:00Z');
const daysAfter = (from: Date, days: number) => new Date(from.getTime() + days * DAY_MS);

describe('the rotation of a key', () => {
  const secret = (expiresAt: Date | null) => ({
    publicId: 'old',
    lastFour: 'last',
    createdAt: MADE_AT,
    expiresAt,
  });

  it('gives the new secret as long a life as the old one was made for', () => {
    const { createdAt, expiresAt } = rotationOf(
      secret(daysAfter(MADE_AT, 30)),
      { overlapHours: 24 },
      NOW,
    );
    expect([createdAt, expiresAt]).toEqual([NOW, daysAfter(NOW, 30)]);
    expect(rotationOf(secret(null), { overlapHours: 24 }, NOW).expiresAt).toBeNull();
  });

  it.each([
    [7, daysAfter(NOW, 7)],
    [null, null],
  ])('takes %p days when they are asked for', (expiresInDays, expected) => {
    const wanted = { overlapHours: 24, expiresInDays };
    expect(rotationOf(secret(daysAfter(MADE_AT, 30)), wanted, NOW).expiresAt).toEqual(expected);
  });

  it('ends the older secrets after the overlap', () => {
    expect(rotationOf(secret(null), { overlapHours: 48 }, NOW).olderEndAt).toEqual(
      daysAfter(NOW, 2),
    );
  });

  it('ends them in the past without an overlap, so that a slow clock agrees', () => {
    const { olderEndAt } = rotationOf(secret(null), { overlapHours: 0 }, NOW);
    expect(NOW.getTime() - olderEndAt.getTime()).toBeGreaterThan(60_000);
  });

  it('makes the new secret the newest, also by a clock that is behind', () => {
    const early = new Date(MADE_AT.getTime() - 5_000);
    expect(rotationOf(secret(null), { overlapHours: 24 }, early).createdAt.getTime()).toBe(
      MADE_AT.getTime() + 1,
    );
  });
});

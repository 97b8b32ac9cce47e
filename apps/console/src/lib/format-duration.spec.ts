import { formatAge, latencyQuantity } from './format-duration';

describe('a latency', () => {
  it.each([
    [0.84, '0.8', 'ms'],
    [312.4, '312', 'ms'],
    [999.6, '1.00', 's'],
    [1240, '1.24', 's'],
    [12_340, '12.3', 's'],
    [83_000, '83', 's'],
  ])('of %d ms reads %s %s', (durationMs, figure, unit) => {
    expect(latencyQuantity(durationMs)).toEqual({ figure, unit });
  });
});

describe('an age', () => {
  it.each([
    [-5, '0 s'],
    [999, '0 s'],
    [14_900, '14 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [3_900_000, '1 h 5 min'],
    [86_400_000, '1 d'],
    [273_600_000, '3 d 4 h'],
  ])('of %d ms reads %s', (ageMs, text) => {
    expect(formatAge(ageMs)).toBe(text);
  });
});

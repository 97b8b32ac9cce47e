import { durationS } from './duration.js';

describe('a length of time', () => {
  it.each([
    ['90s', 90],
    ['10m', 600],
    ['2h', 7_200],
    ['1d', 86_400],
  ])('reads %s', (text, seconds) => {
    expect(durationS(text)).toBe(seconds);
  });

  it.each(['', '10', 'm', '-1m', '1.5h', '10 m', '1w'])('refuses %p', (text) => {
    expect(() => durationS(text)).toThrow('90s, 10m, 2h or 1d');
  });
});

import { sameText } from './same-text.js';

describe('the comparison of secrets', () => {
  it.each([
    ['', '', true],
    ['token', 'token', true],
    ['token', 'token ', false],
    ['token', 'Token', false],
    ['token', '', false],
    ['ä', 'a\u0308', false],
  ])('of %j and %j gives %p', (a, b, expected) => {
    expect(sameText(a, b)).toBe(expected);
  });
});

import { isDeeperThan } from './json-body.js';

const deeper = (text: string, limit: number): boolean => isDeeperThan(Buffer.from(text), limit);

describe('the depth of a JSON body', () => {
  it('counts open brackets', () => {
    expect(deeper('[[{}]]', 3)).toBe(false);
    expect(deeper('[[{}]]', 2)).toBe(true);
  });
  it('falls again with each closing bracket', () => {
    expect(deeper('[[],[],[]]', 2)).toBe(false);
  });
  it('does not count brackets in strings, escaped quotes or not', () => {
    expect(deeper('["[[[[", "\\"[[[", "\\\\"]', 1)).toBe(false);
    expect(deeper('["\\\\", [[]]]', 2)).toBe(true);
  });
  it('is known without reading on', () => {
    expect(deeper('['.repeat(1e6), 64)).toBe(true);
  });
});

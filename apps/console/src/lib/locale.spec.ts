import { localeFor } from './locale';

describe('the language', () => {
  it('is the one that was chosen', () => {
    expect(localeFor('en', ['zh-CN'])).toBe('en');
  });

  it('is else the first of the browser’s that the console speaks', () => {
    expect(localeFor(null, ['fr-FR', 'zh-CN', 'en-GB'])).toBe('zh');
    expect(localeFor(null, ['EN-us'])).toBe('en');
  });

  it('is else English', () => {
    expect(localeFor(null, ['fr', 'de'])).toBe('en');
    expect(localeFor(null, [])).toBe('en');
  });
});

import { isAllowedDomain } from './allowed-domains.pure.js';

describe('the domains whose people may come in by single sign-on', () => {
  const DOMAINS = ['example.com', 'example.org'];

  it.each(['ann@example.com', 'Ann@EXAMPLE.org'])('let %s in', (email) => {
    expect(isAllowedDomain(email, DOMAINS)).toBe(true);
  });

  it.each([
    'ann@sub.example.com',
    'ann@example.com.evil.example',
    'ann@notexample.com',
    '"ann@example.com"@evil.example',
    'example.com',
    '@example.com',
    '',
  ])('do not let %p in', (email) => {
    expect(isAllowedDomain(email, ['example.com'])).toBe(false);
  });

  it('let nobody in when there are none, and anybody with a star', () => {
    expect(isAllowedDomain('ann@example.com', [])).toBe(false);
    expect(isAllowedDomain('ann@anywhere.example', ['*'])).toBe(true);
  });
});

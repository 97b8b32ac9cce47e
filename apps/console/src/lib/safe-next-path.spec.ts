import { safeNextPath, signInPath } from './safe-next-path';

describe('the page after signing in', () => {
  it('is the one that was asked for', () => {
    expect(safeNextPath('/nodes?node=gpu-1#top')).toBe('/nodes?node=gpu-1#top');
  });

  it.each([
    null,
    '',
    'nodes',
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/\t/evil.example/',
    'javascript:alert(1)',
    '/sign-in?next=/',
  ])('is the overview for %j', (requested) => {
    expect(safeNextPath(requested)).toBe('/');
  });

  it('survives the way through the sign-in page', () => {
    const address = new URL(signInPath('/nodes?node=gpu-1'), 'http://console.invalid');
    expect(safeNextPath(address.searchParams.get('next'))).toBe('/nodes?node=gpu-1');
    expect(signInPath('/')).toBe('/sign-in');
  });
});

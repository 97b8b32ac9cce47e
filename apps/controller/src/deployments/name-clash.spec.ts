import { nameClash } from './name-clash.pure.js';

const of = (name: string, ...aliases: string[]) => ({ name, aliases });

describe('names and aliases', () => {
  it('are fine when each is one deployment’s', () => {
    expect(nameClash([of('a', 'x'), of('b', 'y', 'z')])).toBeNull();
  });

  it.each([
    ['two names', [of('a'), of('a')], { deployment: 'a', called: 'a', isAlias: false }],
    ['two aliases', [of('a', 'x'), of('b', 'x')], { deployment: 'b', called: 'x', takenBy: 'a' }],
    ['an alias before a name', [of('a', 'b'), of('b')], { deployment: 'a', called: 'b' }],
    ['an alias after a name', [of('a'), of('b', 'a')], { deployment: 'b', takenBy: 'a' }],
    ['its own name', [of('a', 'a')], { deployment: 'a', isAlias: true, takenBy: 'a' }],
  ])('clash: %s', (_, deployments, clash) => {
    expect(nameClash(deployments)).toMatchObject(clash);
  });
});

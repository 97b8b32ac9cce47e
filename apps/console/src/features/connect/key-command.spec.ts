import { keyCommand } from './key-command.pure';

describe('the command that makes a key', () => {
  it('names whose it is, unless it is a service key', () => {
    expect(keyCommand(null)).toBe('corral keys create my-app');
    expect(keyCommand('ann+x@example.com')).toBe(
      'corral keys create my-app --user ann+x@example.com',
    );
  });

  it.each([
    ["o'neil@example.com", `'o'\\''neil@example.com'`],
    ['$(reboot)@example.com', `'$(reboot)@example.com'`],
    ['a b@example.com', `'a b@example.com'`],
  ])('keeps %s one word of the shell', (email, word) => {
    expect(keyCommand(email)).toBe(`corral keys create my-app --user ${word}`);
  });
});

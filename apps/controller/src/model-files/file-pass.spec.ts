import { fileTokenSchema } from '@corral/contracts';
import { mintFilePass, opensFile } from './file-pass.js';

const secret = 'shared by all controllers';
const digest = 'a'.repeat(64);
const now = new Date('2026-11-25T10:30:00Z');
const later = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);

describe('a pass for a model file', () => {
  const pass = mintFilePass(secret, digest, now);

  it('opens its file for an hour at least and two at most', () => {
    expect(opensFile(pass, secret, digest, now)).toBe(true);
    expect(opensFile(pass, secret, digest, later(60))).toBe(true);
    expect(opensFile(pass, secret, digest, later(120))).toBe(false);
  });

  it('opens no other file, and nothing where the secret is another', () => {
    expect(opensFile(pass, secret, 'b'.repeat(64), now)).toBe(false);
    expect(opensFile(pass, 'another secret', digest, now)).toBe(false);
  });

  it('cannot be made to last', () => {
    const [, seal = ''] = pass.split('.');
    for (const forged of [`9999999999.${seal}`, `.${seal}`, seal, '', '9999999999.', 'NaN.x']) {
      expect(opensFile(forged, secret, digest, now)).toBe(false);
    }
  });

  it('stays the same within the hour, and may travel as a token', () => {
    expect(mintFilePass(secret, digest, later(29))).toBe(pass);
    expect(mintFilePass(secret, digest, later(30))).not.toBe(pass);
    expect(fileTokenSchema.safeParse(pass).success).toBe(true);
  });
});

import { hashInvitationToken, invitationUrl, mintInvitationToken } from './invitation-token.js';

describe('the token of an invitation', () => {
  it('has 256 bits of chance, and is stored as a hash', () => {
    const { token, tokenHash } = mintInvitationToken();
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(tokenHash).toMatch(/^[0-9a-f]{64}$/);
    expect(hashInvitationToken(token)).toBe(tokenHash);
    expect(mintInvitationToken().token).not.toBe(token);
  });

  it('is part of a link into the console', () => {
    const url = 'https://corral.example.com/accept-invitation?token=abc';
    expect(invitationUrl('https://corral.example.com', 'abc')).toBe(url);
    expect(invitationUrl('https://corral.example.com/', 'abc')).toBe(url);
  });
});

import type { StoredKey } from '../api-keys/key-validity.pure.js';

/** A key of an active person that never expires, as it is read from the database. */
export function storedKey(change: Partial<StoredKey> = {}): StoredKey {
  return {
    publicId: 'public',
    secretHash: '00'.repeat(32),
    expiresAt: null,
    keyId: 'key',
    name: 'a key',
    scopes: ['generate', 'models'],
    revokedAt: null,
    teamId: 'team',
    teamDisabledAt: null,
    userId: 'person',
    userDisabledAt: null,
    ...change,
  };
}

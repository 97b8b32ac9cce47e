import { faultInHeader } from './model-file.js';

function header(overrides: {
  magic?: string;
  version?: number;
  tensors?: bigint;
  entries?: bigint;
}) {
  const bytes = Buffer.alloc(24);
  bytes.write(overrides.magic ?? 'GGUF', 'latin1');
  bytes.writeUInt32LE(overrides.version ?? 3, 4);
  bytes.writeBigUInt64LE(overrides.tensors ?? 10n, 8);
  bytes.writeBigUInt64LE(overrides.entries ?? 20n, 16);
  return bytes;
}

describe('faultInHeader', () => {
  it('finds nothing wrong with a plain header', () => {
    expect(faultInHeader(header({}))).toBeNull();
  });

  it.each([
    ['no bytes', Buffer.alloc(0), /too few/],
    ['another magic', header({ magic: 'GGML' }), /wrong magic/],
    ['an unknown version', header({ version: 99 }), /version 99/],
    ['no tensors', header({ tensors: 0n }), /0 tensors/],
    ['absurdly many tensors', header({ tensors: 1n << 40n }), /tensors/],
    ['absurdly many entries', header({ entries: 1n << 63n }), /metadata entries/],
  ])('refuses %s', (_, bytes, reason) => {
    expect(faultInHeader(bytes)).toMatch(reason);
  });
});

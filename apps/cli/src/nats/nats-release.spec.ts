import { natsRelease } from './nats-release.pure.js';

describe('The pinned nats-server builds', () => {
  it.each([
    ['linux', 'x64', 'nats-server-v2.12.2-linux-amd64.tar.gz'],
    ['linux', 'arm64', 'nats-server-v2.12.2-linux-arm64.tar.gz'],
    ['darwin', 'arm64', 'nats-server-v2.12.2-darwin-arm64.tar.gz'],
    ['win32', 'x64', 'nats-server-v2.14.7-windows-amd64.zip'],
  ])('has one for %s on %s', (platform, arch, file) => {
    const release = natsRelease(platform, arch);

    expect(release?.url.endsWith(`/${file}`)).toBe(true);
    expect(release?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has none for a platform whose digest is not known', () => {
    expect(natsRelease('linux', 'riscv64')).toBeNull();
  });
});

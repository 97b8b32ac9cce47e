/**
 * The official nats-server builds that Corral may fetch, each pinned by its SHA-256. A platform
 * whose digest is not listed here is not downloaded for.
 *
 * Sources: linux and darwin, v2.12.2: cashapp/hermit-packages `nats-server.hcl`; the linux digests
 * agree with the official image's Dockerfile (nats-io/nats-docker). windows, v2.14.7: the Scoop
 * main bucket, `nats-server.json`.
 */
const UNIX_VERSION = '2.12.2';
const WINDOWS_VERSION = '2.14.7';

export interface NatsRelease {
  version: string;
  url: string;
  sha256: string;
  /** Path of the program inside the archive. */
  program: string;
}

const SHA256: Record<string, { version: string; sha256: string } | undefined> = {
  'linux-amd64': {
    version: UNIX_VERSION,
    sha256: 'db587fd8b36ac732a8434e748b026ef77ed9cb714a4e57bd010b1de93c2f3801',
  },
  'linux-arm64': {
    version: UNIX_VERSION,
    sha256: '84d33b50a39bab605b0d5e0223fc15979ef97419b2184a5a5b7eb6a6d7561fc6',
  },
  'darwin-amd64': {
    version: UNIX_VERSION,
    sha256: '5b52fb4968d72b3368c2d626107a86293daab30b7dd16179db7522f54ca0beb0',
  },
  'darwin-arm64': {
    version: UNIX_VERSION,
    sha256: 'd1e6d2cb36bf20e0ba8c2f50eeb4e6ea57f38353823fc77127dd676219591eea',
  },
  'windows-amd64': {
    version: WINDOWS_VERSION,
    sha256: 'ef6b4604cc84cd37192e6407ce1bb975f380a5293dccfdb126eaf11311c58ac6',
  },
  'windows-arm64': {
    version: WINDOWS_VERSION,
    sha256: '783903719e550953d2993620c2f932fbb00c25ca238a7a19b77a5855374d11c9',
  },
};

/** Null where none is pinned for the platform. Arguments as in `process`. */
export function natsRelease(platform: string, arch: string): NatsRelease | null {
  const system = platform === 'win32' ? 'windows' : platform;
  const machine = arch === 'x64' ? 'amd64' : arch;
  const pinned = SHA256[`${system}-${machine}`];
  if (pinned === undefined) return null;
  const { version, sha256 } = pinned;
  const name = `nats-server-v${version}-${system}-${machine}`;
  const archive = system === 'windows' ? 'zip' : 'tar.gz';
  return {
    version,
    sha256,
    url: `https://github.com/nats-io/nats-server/releases/download/v${version}/${name}.${archive}`,
    program: `${name}/nats-server${system === 'windows' ? '.exe' : ''}`,
  };
}

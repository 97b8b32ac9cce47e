/** The places of {@link findNatsServer} on a real machine. */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { downloadNatsServer } from './download-nats-server.js';
import type { NatsPlaces, PlaceResult } from './find-nats-server.pure.js';
import { natsRelease } from './nats-release.pure.js';

const run = promisify(execFile);
const PROGRAM = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';
/** Debian puts it there, and not every shell has it on its PATH. */
const SYSTEM_FOLDERS = process.platform === 'win32' ? [] : ['/usr/local/bin', '/usr/sbin'];
const VERSION_TIMEOUT_MS = 10_000;
const APT_TIMEOUT_MS = 180_000;

/** @param binDir where a downloaded copy is kept */
export function natsPlaces(binDir: string, searchPath: string | undefined): NatsPlaces {
  const kept = join(binDir, PROGRAM);
  return {
    onPath: () => onPath(searchPath),
    keptCopy: () => usable(kept, 'no copy yet'),
    officialBuild: async () => {
      const release = natsRelease(process.platform, process.arch);
      if (release === null) {
        return { missing: `no build pinned for ${process.platform}-${process.arch}` };
      }
      await downloadNatsServer(release, kept);
      return usable(kept, 'the download does not run');
    },
    debianPackage: () => debianPackage(searchPath),
  };
}

async function onPath(searchPath = ''): Promise<PlaceResult> {
  const folders = [
    ...searchPath.split(delimiter).filter((entry) => entry !== ''),
    ...SYSTEM_FOLDERS,
  ];
  for (const folder of folders) {
    const result = await usable(join(folder, PROGRAM), 'not there');
    if ('path' in result) return result;
  }
  return { missing: 'not found' };
}

async function usable(path: string, otherwise: string): Promise<PlaceResult> {
  if (!existsSync(path)) return { missing: otherwise };
  try {
    accessSync(path, constants.X_OK);
    await run(path, ['--version'], { timeout: VERSION_TIMEOUT_MS, windowsHide: true });
    return { path };
  } catch {
    return { missing: `${path} does not run` };
  }
}

async function debianPackage(searchPath: string | undefined): Promise<PlaceResult> {
  if (!existsSync('/etc/debian_version')) return { missing: 'not a Debian system' };
  if (process.getuid?.() !== 0) return { missing: 'needs root' };
  const apt = (...args: string[]): Promise<unknown> =>
    run('apt-get', args, {
      timeout: APT_TIMEOUT_MS,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  const install = ['install', '-y', '--no-install-recommends', 'nats-server'];
  try {
    await apt(...install);
  } catch {
    // The package lists may be missing or old.
    await apt('update');
    await apt(...install);
  }
  return onPath(searchPath);
}

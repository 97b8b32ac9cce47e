/**
 * Fingerprints that tell whether the checkout changed since a step last succeeded. What decides
 * an installation is hashed by content; the many source files by path, size and time of change,
 * which takes milliseconds where starting the build tool takes seconds.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Folders whose packages make up the workspace; must match pnpm-workspace.yaml. */
const PACKAGE_PARENTS = ['apps', 'libs'];
const PACKAGES = ['e2e', 'bench'];

const NOT_SOURCES = new Set([
  'node_modules',
  'dist',
  'out',
  'coverage',
  'generated',
  '.next',
  '.turbo',
  'next-env.d.ts',
]);
const NOT_BUILT = /\.(spec|int-spec)\.tsx?$|\.tsbuildinfo$/;

/** Of everything that decides what is installed. */
export function installFingerprint(root) {
  const hash = createHash('sha256');
  hash.update([process.versions.modules, process.platform, process.arch].join(' '));
  const files = [
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    '.npmrc',
    ...packageFolders(root).map((folder) => join(folder, 'package.json')),
  ];
  for (const file of files) {
    const path = join(root, file);
    if (existsSync(path)) hash.update(`\0${file}\0`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

/** Of everything that decides what is built. */
export function buildFingerprint(root) {
  const hash = createHash('sha256').update(installFingerprint(root));
  const add = (path) => {
    const { size, mtimeMs } = statSync(path);
    hash.update(`\0${path}\0${size}\0${mtimeMs}`);
  };
  for (const file of ['turbo.json', 'tsconfig.base.json', 'prisma.config.ts']) {
    if (existsSync(join(root, file))) add(join(root, file));
  }
  for (const folder of ['prisma', ...packageFolders(root)]) eachSource(join(root, folder), add);
  return hash.digest('hex');
}

/** Folders with a build result, so that a deleted one is noticed. */
export function missingOutputs(root) {
  return packageFolders(root).filter((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    if (manifest.scripts?.build === undefined) return false;
    return !['dist', 'out'].some((output) => existsSync(join(root, folder, output)));
  });
}

function packageFolders(root) {
  const nested = PACKAGE_PARENTS.flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => join(parent, name)),
  );
  return [...nested, ...PACKAGES]
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .sort();
}

function eachSource(folder, visit) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (NOT_SOURCES.has(entry.name) || NOT_BUILT.test(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) eachSource(path, visit);
    else if (entry.isFile()) visit(path);
  }
}

/**
 * Writes out/csp.json after the export: for every page the hashes of its inline scripts, so that
 * the controller can send `script-src 'self' 'sha256-…'` and nothing else runs.
 *
 * `{ "index.html": ["sha256-…"], "sign-in.html": […] }`, paths relative to out/ with `/` between.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const outFolder = path.join(import.meta.dirname, '../out');

/** A script element without `src`; the export writes no comments and no scripts in attributes. */
const INLINE_SCRIPT = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;

function hashesOf(html) {
  const hashes = [...html.matchAll(INLINE_SCRIPT)].map(
    ([, source]) => `sha256-${createHash('sha256').update(source, 'utf8').digest('base64')}`,
  );
  return [...new Set(hashes)];
}

const pages = readdirSync(outFolder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.html'))
  .sort();
if (pages.length === 0) throw new Error(`No page in ${outFolder}: run "next build" first.`);

const hashesByPage = Object.fromEntries(
  pages.map((file) => [
    file.split(path.sep).join('/'),
    hashesOf(readFileSync(path.join(outFolder, file), 'utf8')),
  ]),
);
writeFileSync(path.join(outFolder, 'csp.json'), `${JSON.stringify(hashesByPage, null, 2)}\n`);

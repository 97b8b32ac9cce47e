/**
 * The console's static files, at the same origin as the admin API they call. The policy allows
 * nothing from elsewhere; the inline scripts that the export needs are allowed by their hashes,
 * which its build writes to csp.json.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

/** Hashes of the inline scripts of each page, by the file's path. */
const policySchema = z.record(z.string(), z.array(z.string().startsWith('sha256-')));

/** False when the console has not been built: the API works without. */
export async function serveConsole(server: FastifyInstance, directory: string): Promise<boolean> {
  const policyFile = join(directory, 'csp.json');
  if (!existsSync(join(directory, 'index.html')) || !existsSync(policyFile)) return false;
  // Loaded here, since a controller without a console has no use for it.
  const { default: fastifyStatic } = await import('@fastify/static');
  const hashes = policySchema.parse(JSON.parse(readFileSync(policyFile, 'utf8')));
  await server.register(fastifyStatic, {
    root: directory,
    wildcard: false,
    setHeaders: (response, path) => {
      const file = path.slice(directory.length + 1).replaceAll('\\', '/');
      for (const [name, value] of Object.entries(headersOf(file, hashes[file] ?? []))) {
        response.header(name, value);
      }
    },
  });
  for (const page of pagesOf(directory)) {
    server.get(`/${page}`, (_request, reply) => reply.sendFile(`${page}.html`));
  }
  return true;
}

/** `sign-in` for the file sign-in.html: pages are addressed without the ending. */
function pagesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html') && file !== 'index.html')
    .map((file) => file.slice(0, -'.html'.length).replaceAll('\\', '/'));
}

function headersOf(file: string, scriptHashes: readonly string[]): Record<string, string> {
  const isFingerprinted = file.startsWith('_next/static/');
  const scripts = ["'self'", ...scriptHashes.map((hash) => `'${hash}'`)].join(' ');
  return {
    // Of a page, the browser keeps the address too, and one of them has a token in it.
    'cache-control': isFingerprinted ? 'public, max-age=31536000, immutable' : 'no-store',
    'content-security-policy': [
      "default-src 'self'",
      `script-src ${scripts}`,
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  };
}

/**
 * The console is a static export that the controller serves at its own origin: one port, and no
 * server-side React to attack. Only `next dev` proxies to a controller; an export cannot rewrite.
 */
import path from 'node:path';
import type { NextConfig } from 'next';
import { PHASE_DEVELOPMENT_SERVER } from 'next/constants';

/** Where `next dev` finds a controller, unless CORRAL_URL names another. */
const DEFAULT_CONTROLLER_URL = 'http://127.0.0.1:7070';

const PROXIED_PATHS = ['/admin/:path*', '/api/:path*', '/v1/:path*'];

const shared: NextConfig = {
  reactStrictMode: true,
  // The lockfile of the workspace, not one that happens to lie above it.
  turbopack: { root: path.join(import.meta.dirname, '../..') },
  // `pnpm typecheck` checks the types, specs included; once is enough.
  typescript: { ignoreBuildErrors: true },
};

export default function nextConfig(phase: string): NextConfig {
  if (phase !== PHASE_DEVELOPMENT_SERVER) return { ...shared, output: 'export' };
  const controllerUrl = process.env.CORRAL_URL ?? DEFAULT_CONTROLLER_URL;
  return {
    ...shared,
    // Compression would hold back events of the stream until a block is full.
    compress: false,
    rewrites: () =>
      Promise.resolve(
        PROXIED_PATHS.map((source) => ({ source, destination: `${controllerUrl}${source}` })),
      ),
  };
}

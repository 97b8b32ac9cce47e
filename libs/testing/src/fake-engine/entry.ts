import { fileURLToPath } from 'node:url';

/**
 * Path of the compiled fake engine, for `CORRAL_ENGINE_ENTRY`. Found from the sources and from
 * `dist/` alike; the package has to be built.
 */
export function fakeEngineEntry(): string {
  return fileURLToPath(new URL('../../dist/fake-engine/main.js', import.meta.url));
}

/**
 * Prisma's schema engine as WebAssembly, from the package registry: the usual one is a binary that
 * is downloaded at install time, which a closed network does not allow. The package is made for
 * bundlers that import `.wasm`; Node has to instantiate it by hand.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';

type AdapterFactory = Parameters<typeof bindMigrationAwareSqlAdapterFactory>[0];

interface EngineModule {
  SchemaEngine: typeof SchemaEngine;
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
}

let loading: Promise<EngineModule> | null = null;

/** An engine on the adapter's database, which stays the caller's to close. Free it when done. */
export async function openSchemaEngine(adapter: AdapterFactory): Promise<SchemaEngine> {
  loading ??= loadEngine();
  const glue = await loading;
  return glue.SchemaEngine.new(
    { datamodels: undefined },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(adapter),
  );
}

/** Once per process: the glue knows one instance, and a second would pull the memory from under it. */
async function loadEngine(): Promise<EngineModule> {
  const glueFile = createRequire(import.meta.url).resolve(
    '@prisma/schema-engine-wasm/schema_engine_bg',
  );
  const glue =
    (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as unknown as EngineModule;
  const bytes = await readFile(join(dirname(glueFile), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, {
    './schema_engine_bg.js': importsOf(glue),
  });
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return glue;
}

/** Its time-outs are never cleared; as they are, each would keep a process that is done for 10 s. */
function importsOf(glue: EngineModule): WebAssembly.ModuleImports {
  const imports = { ...glue } as unknown as Record<string, WebAssembly.ImportValue>;
  for (const [name, value] of Object.entries(imports)) {
    if (!name.startsWith('__wbg_setTimeout_')) continue;
    const start = value as (callback: () => void, ms: number) => NodeJS.Timeout;
    imports[name] = (callback: () => void, ms: number) => start(callback, ms).unref();
  }
  return imports;
}

/**
 * Writes the migration from what the migrations give to what prisma/schema.prisma says:
 * `node libs/database/scripts/new-migration.mjs NAME`. Needs no server: a PostgreSQL in
 * WebAssembly (PGlite) replays the migrations. Build the package first.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { MIGRATIONS_DIR, readMigrations } from '../dist/migrate.js';
import { openSchemaEngine } from '../dist/schema-engine.js';

const name = process.argv[2];
if (name === undefined || !/^[a-z0-9_]+$/.test(name)) {
  process.stderr.write('usage: new-migration.mjs NAME (lower case, digits, underscores)\n');
  process.exit(2);
}

const schemaFile = resolve(import.meta.dirname, '../../../prisma/schema.prisma');
await mkdir(MIGRATIONS_DIR, { recursive: true });
const migrations = await readMigrations(MIGRATIONS_DIR);
const pglite = new PrismaPGlite(new PGlite());
// The engine replays on the shadow database; in memory that is as good as any.
const engine = await openSchemaEngine({
  provider: 'postgres',
  adapterName: pglite.adapterName,
  connect: () => pglite.connect(),
  connectToShadowDb: () => new PrismaPGlite(new PGlite()).connect(),
});
const { stdout } = await engine.diff({
  from:
    migrations.migrationDirectories.length === 0
      ? { tag: 'empty' }
      : { tag: 'migrations', ...migrations },
  to: {
    tag: 'schemaDatamodel',
    files: [{ path: schemaFile, content: await readFile(schemaFile, 'utf8') }],
  },
  script: true,
  exitCode: null,
  shadowDatabaseUrl: null,
  filters: { externalTables: [], externalEnums: [] },
});
const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
const directory = join(MIGRATIONS_DIR, `${stamp}_${name}`);
await mkdir(directory);
await writeFile(join(directory, 'migration.sql'), stdout ?? '');
process.stdout.write(`${join(directory, 'migration.sql')}\n`);
process.exit(0);

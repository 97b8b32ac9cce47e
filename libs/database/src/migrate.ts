/** Brings a database up to the schema of this version. */
import { readFile, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import type { MigrationList } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import { openSchemaEngine } from './schema-engine.js';

/** From src/ and from dist/ alike. */
export const MIGRATIONS_DIR = resolve(import.meta.dirname, '../../../prisma/migrations');

/** Functions and triggers; the schema engine cannot take them, since it splits scripts at semicolons. */
const FUNCTIONS_FILE = resolve(MIGRATIONS_DIR, '../functions.sql');

/** Any number that nothing else in this database uses. */
const MIGRATION_LOCK = 7_243_801;

/**
 * Applies what is missing, in order, and gives the names. Does nothing on a database that is up to
 * date; several processes may call it at once, one works and the others wait. Throws when the
 * database cannot be reached or a migration fails.
 */
export async function migrate(url: string): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: url });
  // A connection that breaks while idle tells nobody anything: the next query fails and says why.
  pool.on('error', () => undefined);
  try {
    const lock = await pool.connect();
    lock.on('error', () => undefined);
    try {
      await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
      const applied = await applyMissing(pool);
      await pool.query(await readFile(FUNCTIONS_FILE, 'utf8'));
      return applied;
    } finally {
      // Closed rather than given back: the lock goes with the connection.
      lock.release(true);
    }
  } finally {
    await pool.end();
  }
}

async function applyMissing(pool: pg.Pool): Promise<string[]> {
  const engine = await openSchemaEngine(new PrismaPg(pool));
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: await readMigrations(MIGRATIONS_DIR),
      filters: { externalTables: [], externalEnums: [] },
    });
    return appliedMigrationNames;
  } finally {
    engine.free();
  }
}

/** The migrations of a folder, as the schema engine takes them. */
export async function readMigrations(baseDir: string): Promise<MigrationList> {
  const entries = await readdir(baseDir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const migrationDirectories = await Promise.all(
    names.sort().map(async (name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: {
          tag: 'ok' as const,
          value: await readFile(join(baseDir, name, 'migration.sql'), 'utf8'),
        },
      },
    })),
  );
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories,
  };
}

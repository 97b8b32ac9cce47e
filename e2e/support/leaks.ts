/** Looks for words in everything that a Corral keeps: its tables, its files, its metrics. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createPrisma } from '@corral/database';

/** `where: word` for every place that holds one of the words. Throws when a table cannot be read. */
export async function inTables(databaseUrl: string, words: readonly string[]): Promise<string[]> {
  const client = createPrisma(databaseUrl);
  try {
    const tables = await client.$queryRawUnsafe<{ name: string }[]>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await client.$queryRawUnsafe<{ row: string }[]>(
        `SELECT t::text AS row FROM ${name} t`,
      );
      found.push(...inText(name, rows.map(({ row }) => row).join('\n'), words));
    }
    return found;
  } finally {
    await client.$disconnect();
  }
}

/**
 * The same of every file below the folder, whatever is in it (logs, streams, spools, database
 * pages), but for those below `except`. A file that goes away meanwhile has nothing to say.
 */
export async function inFiles(
  folder: string,
  words: readonly string[],
  except: readonly string[],
): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const where = relative(folder, path);
    if (!entry.isFile() || except.some((name) => where.startsWith(name))) continue;
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    found.push(...words.filter((word) => bytes.includes(word)).map((word) => `${where}: ${word}`));
  }
  return found;
}

export function inText(where: string, text: string, words: readonly string[]): string[] {
  return words.filter((word) => text.includes(word)).map((word) => `${where}: ${word}`);
}

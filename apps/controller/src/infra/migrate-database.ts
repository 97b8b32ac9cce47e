import { migrate } from '@corral/database';

/** Brings the database up to this version's schema; several controllers may start at once. */
export async function migrateDatabase(url: string): Promise<void> {
  const applied = await migrate(url);
  if (applied.length > 0) process.stdout.write(`migrations applied: ${applied.join(', ')}\n`);
}

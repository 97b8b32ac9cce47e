/** Where the controller is and what gives access to it, for every command but `up`. */
import { join } from 'node:path';
import { z } from 'zod';
import { CliError, EXIT } from '../cli-error.js';
import { homeAt } from '../home/home.js';
import { readFileIfAny } from '../home/private-file.js';
import { adminTokenFile } from '../home/secrets.js';

export interface ClientFlags {
  url?: string;
  token?: string;
  home?: string;
}

export interface ClientConfig {
  /** Without a slash at the end. */
  url: string;
  token: string;
}

/** What `corral up` leaves for the other commands while it runs. */
export const runningStateSchema = z.object({ url: z.url(), pid: z.int() });
export type RunningState = z.infer<typeof runningStateSchema>;

export function runningStateFile(runDir: string): string {
  return join(runDir, 'state.json');
}

/**
 * `--url` and `--token`, else CORRAL_URL and CORRAL_ADMIN_TOKEN, else what the data folder says.
 * Throws {@link CliError} that says how to give what is missing.
 */
export function clientConfig(
  flags: ClientFlags,
  env: NodeJS.ProcessEnv = process.env,
): ClientConfig {
  const home = homeAt(flags.home ?? (env.CORRAL_HOME || '.corral'));
  const url = flags.url ?? (env.CORRAL_URL || runningUrl(runningStateFile(home.runDir)));
  if (url === undefined) {
    throw new CliError(
      `No Corral runs on the data folder ${home.path}.`,
      EXIT.unreachable,
      'Start one with `corral up`, or name another with --home, or a controller with --url and --token.',
    );
  }
  const token =
    flags.token ??
    (env.CORRAL_ADMIN_TOKEN || readFileIfAny(adminTokenFile(home.secretsDir))?.trim());
  if (!token) {
    throw new CliError(
      `No admin token for ${url}.`,
      EXIT.usage,
      'Give one with --token or CORRAL_ADMIN_TOKEN, or name the data folder with --home.',
    );
  }
  return { url: url.replace(/\/+$/, ''), token };
}

function runningUrl(file: string): string | undefined {
  const text = readFileIfAny(file);
  if (text === undefined) return undefined;
  const state = runningStateSchema.safeParse(JSON.parse(text));
  return state.success ? state.data.url : undefined;
}

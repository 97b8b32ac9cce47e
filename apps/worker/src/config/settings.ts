/** The worker's settings, from the environment. This folder alone reads `process.env`. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NatsLogin } from '@corral/bus';
import { z } from 'zod';
import { readEnrolment, type Membership } from './enrolment-file.js';

const text = z.string().trim().min(1);

const environmentSchema = z.object({
  /**
   * NATS servers, `nats://host:port`, several separated by commas. Default: those of the cluster
   * that this machine has joined, else `nats://127.0.0.1:4222`.
   */
  CORRAL_NATS_URL: text.optional(),
  /** File with credentials of NATS's own form. Default: what this machine got when it joined. */
  CORRAL_NATS_CREDS_FILE: text.optional(),
  /** File with the certificates (PEM) that the servers' ones are signed with. */
  CORRAL_NATS_CA_FILE: text.optional(),
  /** NATS user; absent: the server asks for none. */
  CORRAL_NATS_USER: text.optional(),
  CORRAL_NATS_PASSWORD: text.optional(),
  /** File that holds the password, in place of CORRAL_NATS_PASSWORD. */
  CORRAL_NATS_PASSWORD_FILE: text.optional(),
  /** Controller to join at the first start, `http://host:port`, with CORRAL_JOIN_TOKEN. */
  CORRAL_JOIN_URL: z.url({ protocol: /^https?$/ }).optional(),
  CORRAL_JOIN_TOKEN: text.optional(),
  /** File that holds the token, in place of CORRAL_JOIN_TOKEN. */
  CORRAL_JOIN_TOKEN_FILE: text.optional(),
  /** What people call this machine. Default: the host name. */
  CORRAL_NODE_NAME: text.max(200).default(() => hostname()),
  /** Corral's data folder; the worker keeps its own under `worker/`. */
  CORRAL_HOME: text.default('./.corral'),
  /** The engine program. Default: the engine built beside this worker. */
  CORRAL_ENGINE_ENTRY: text.default(() =>
    fileURLToPath(new URL('../../../engine/dist/main.js', import.meta.url)),
  ),
  /** CPU threads that all engines share. Default: the available cores less one. */
  CORRAL_CPU_THREADS: z.coerce.number().int().min(1).max(1024).optional(),
  /** Where the server of model files, for other nodes, listens. Default: see server-address-plan.ts. */
  CORRAL_FILE_SERVER_HOST: text.optional(),
  /** Its port; 0 takes any that is free. */
  CORRAL_FILE_SERVER_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  /** Its address as others reach it (`http://host:port`), where that is not the one it listens on. */
  CORRAL_FILE_SERVER_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Megabits a second with which model files come from other nodes, all together. Default: no limit. */
  CORRAL_FETCH_MBIT_PER_S: z.coerce.number().min(1).max(1_000_000).optional(),
  /** Seconds after which a node that sends next to nothing of a file is given up for another. */
  CORRAL_FETCH_PATIENCE_S: z.coerce.number().min(1).max(600).default(20),
  CORRAL_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
});

export interface WorkerSettings {
  nats: NatsLogin;
  /** To be used by a machine that has not joined yet; null: it is not told to. */
  join: { url: string; token: string } | null;
  nodeName: string;
  /** Absolute path of the worker's own data folder. */
  workerHome: string;
  /** Absolute path of the engine program. */
  engineEntry: string;
  /** Null: decided from the cores that are available. */
  cpuThreads: number | null;
  /** The server of model files; nulls: decided from the network (transfer/server-address-plan.ts). */
  fileServer: { host: string | null; port: number; url: string | null };
  /** How model files come from other nodes; `bitsPerSecond` null: as fast as they can. */
  fetch: { bitsPerSecond: number | null; patienceMs: number };
  logLevel: string;
  version: string;
}

/**
 * Reads the settings from an environment. Throws one error that lists everything wrong with it.
 * Empty variables count as absent, as compose files leave them.
 */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): WorkerSettings {
  const given = Object.entries(environment).filter(([, value]) => value !== '');
  const parsed = environmentSchema.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      ({ path, message }) => `  ${path.join('.')}: ${message}`,
    );
    throw new Error(`The worker's settings are wrong:\n${faults.join('\n')}`);
  }
  const env = parsed.data;
  const workerHome = resolve(env.CORRAL_HOME, 'worker');
  const { CORRAL_JOIN_URL: url } = env;
  const token = env.CORRAL_JOIN_TOKEN ?? contentOf(env.CORRAL_JOIN_TOKEN_FILE);
  return {
    nats: natsLogin(env, readEnrolment(workerHome)?.membership ?? null),
    join: url === undefined || token === undefined ? null : { url, token },
    nodeName: env.CORRAL_NODE_NAME,
    workerHome,
    engineEntry: resolve(env.CORRAL_ENGINE_ENTRY),
    cpuThreads: env.CORRAL_CPU_THREADS ?? null,
    fileServer: {
      host: env.CORRAL_FILE_SERVER_HOST ?? null,
      port: env.CORRAL_FILE_SERVER_PORT,
      url: env.CORRAL_FILE_SERVER_URL ?? null,
    },
    fetch: {
      bitsPerSecond:
        env.CORRAL_FETCH_MBIT_PER_S === undefined ? null : env.CORRAL_FETCH_MBIT_PER_S * 1e6,
      patienceMs: env.CORRAL_FETCH_PATIENCE_S * 1_000,
    },
    logLevel: env.CORRAL_LOG_LEVEL,
    version: packageVersion(),
  };
}

/** What the environment names comes before what the machine got when it joined. */
function natsLogin(
  env: z.output<typeof environmentSchema>,
  membership: Membership | null,
): NatsLogin {
  const servers = env.CORRAL_NATS_URL ?? membership?.natsUrl ?? 'nats://127.0.0.1:4222';
  const ca = contentOf(env.CORRAL_NATS_CA_FILE) ?? membership?.ca ?? undefined;
  if (env.CORRAL_NATS_USER !== undefined) {
    const pass = contentOf(env.CORRAL_NATS_PASSWORD_FILE) ?? env.CORRAL_NATS_PASSWORD;
    return { servers, ca, user: env.CORRAL_NATS_USER, pass };
  }
  return { servers, ca, creds: contentOf(env.CORRAL_NATS_CREDS_FILE) ?? membership?.creds };
}

function contentOf(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, 'utf8').trim();
}

function packageVersion(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(file)).version;
}

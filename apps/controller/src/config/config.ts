/**
 * The controller's settings: the only place that reads the environment. Every name, unit, default
 * and effect stands here once; docs/operations.md repeats them for people.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { missingOfOidc, oidcEnvironment, oidcFrom } from './oidc-settings.pure.js';

const secret = z.string().min(16, 'must have 16 characters or more');
/** A secret that travels in a header. */
const token = secret.regex(/^[\x21-\x7e]*$/, 'must be ASCII without blanks');

const environmentSchema = z
  .object({
    CORRAL_HOST: z.string().default('127.0.0.1'),
    CORRAL_PORT: z.coerce.number().int().min(0).max(65_535).default(7070),
    CORRAL_PUBLIC_URL: z.url().optional(),
    CORRAL_TRUSTED_PROXIES: z.string().optional(),
    CORRAL_BODY_LIMIT_BYTES: z.coerce.number().int().min(1024).max(67_108_864).default(4_194_304),
    CORRAL_QUEUE_LENGTH: z.coerce.number().int().min(0).max(100_000).default(256),
    CORRAL_QUEUE_WAIT_MS: z.coerce.number().int().min(100).default(120_000),
    CORRAL_LOAD_WAIT_MS: z.coerce.number().int().min(100).default(60_000),
    CORRAL_DRAIN_MS: z.coerce.number().int().min(0).max(3_600_000).default(1_500),
    CORRAL_CONSOLE_DIR: z.string().default(resolve(import.meta.dirname, '../../../console/out')),
    CORRAL_SPOOL_DIR: z.string().optional(),
    CORRAL_LEDGER_DAYS: z.coerce.number().int().min(0).max(36_500).default(400),
    CORRAL_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    CORRAL_ADMIN_TOKEN: token.optional(),
    CORRAL_AUTH_SECRET: secret,
    CORRAL_METRICS_TOKEN: token.optional(),
    ...oidcEnvironment,
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
    NATS_URL: z.string().min(1),
    NATS_USER: z.string().optional(),
    NATS_PASSWORD: z.string().optional(),
    NATS_CREDS_FILE: z.string().optional(),
    NATS_AUTHORITY_FILE: z.string().optional(),
    NATS_CA_FILE: z.string().optional(),
    CORRAL_WORKER_NATS_URL: z.string().optional(),
  })
  .superRefine((env, context) => {
    for (const [name, message] of missingOfOidc(env)) {
      context.addIssue({ code: 'custom', path: [name], message });
    }
  })
  .transform((env) => ({
    http: {
      host: env.CORRAL_HOST,
      /** 0 takes any free port. */
      port: env.CORRAL_PORT,
      /** Under which browsers reach it; null: where it listens. */
      publicUrl: env.CORRAL_PUBLIC_URL ?? null,
      /** Addresses or networks whose `X-Forwarded-For` tells who called; empty: nobody's. */
      trustedProxies: (env.CORRAL_TRUSTED_PROXIES ?? '')
        .split(',')
        .map((address) => address.trim())
        .filter((address) => address !== ''),
      bodyLimitBytes: env.CORRAL_BODY_LIMIT_BYTES,
    },
    scheduling: {
      queueLength: env.CORRAL_QUEUE_LENGTH,
      queueWaitMs: env.CORRAL_QUEUE_WAIT_MS,
      loadWaitMs: env.CORRAL_LOAD_WAIT_MS,
      lostAttempts: 3,
    },
    /** On a stop, streams under way get this long to end; in a cluster, give them minutes. */
    drainMs: env.CORRAL_DRAIN_MS,
    consoleDir: env.CORRAL_CONSOLE_DIR,
    /** For settled requests while NATS is away. Of this controller alone, on a disk that stays. */
    spoolDir: resolve(env.CORRAL_SPOOL_DIR ?? `.corral/spool-${env.CORRAL_PORT}`),
    /** How long single requests are kept; null: for ever. Their sums stay in any case. */
    ledgerDays: env.CORRAL_LEDGER_DAYS === 0 ? null : env.CORRAL_LEDGER_DAYS,
    logLevel: env.CORRAL_LOG_LEVEL,
    /** Lets the command line in; null: nobody but signed-in admins. */
    adminToken: env.CORRAL_ADMIN_TOKEN ?? null,
    /** Signs sessions. */
    authSecret: env.CORRAL_AUTH_SECRET,
    /** For GET /metrics; null: from this machine only. */
    metricsToken: env.CORRAL_METRICS_TOKEN ?? null,
    /** Single sign-on; null: people sign in by password alone. */
    oidc: oidcFrom(env),
    databaseUrl: env.DATABASE_URL,
    nats: {
      servers: env.NATS_URL,
      user: env.NATS_USER,
      pass: env.NATS_PASSWORD,
      /** File with credentials of NATS's own form; null: user and password, or none. */
      credsFile: env.NATS_CREDS_FILE ?? null,
      /** Keys that `corral nats init` made: machines can join, and be revoked. Null: they cannot. */
      authorityFile: env.NATS_AUTHORITY_FILE ?? null,
      /** Certificates (PEM) that the servers' ones are signed with; null: the system's. */
      caFile: env.NATS_CA_FILE ?? null,
      /** The servers as workers reach them. */
      workerServers: env.CORRAL_WORKER_NATS_URL ?? env.NATS_URL,
    },
  }));

type Settings = z.output<typeof environmentSchema>;

/** The settings, for injection. */
export abstract class Config {
  abstract readonly http: Settings['http'];
  abstract readonly scheduling: Settings['scheduling'];
  abstract readonly drainMs: number;
  abstract readonly consoleDir: string;
  abstract readonly spoolDir: string;
  abstract readonly ledgerDays: number | null;
  abstract readonly logLevel: Settings['logLevel'];
  abstract readonly adminToken: string | null;
  abstract readonly authSecret: string;
  abstract readonly metricsToken: string | null;
  abstract readonly oidc: Settings['oidc'];
  abstract readonly databaseUrl: string;
  abstract readonly nats: Settings['nats'];
}

/** These may also be given as `NAME_FILE`, the path of a file that holds the value. */
const SECRETS = [
  'CORRAL_ADMIN_TOKEN',
  'CORRAL_AUTH_SECRET',
  'CORRAL_METRICS_TOKEN',
  'CORRAL_OIDC_CLIENT_SECRET',
  'DATABASE_URL',
  'NATS_PASSWORD',
] as const;

/** Settings that cannot be used; the message says all there is to know. */
export class ConfigError extends Error {}

/** Throws one {@link ConfigError} that names every setting at fault, never its value. */
export function loadConfig(environment: NodeJS.ProcessEnv): Config {
  const env = { ...environment };
  for (const name of SECRETS) {
    const file = env[`${name}_FILE`];
    if (env[name] === undefined && file !== undefined) env[name] = readSecret(name, file);
  }
  const parsed = environmentSchema.safeParse(env);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new ConfigError(`These settings are missing or wrong:\n${lines.join('\n')}`);
}

function readSecret(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new ConfigError(`${name}_FILE: ${file} cannot be read.`, { cause });
  }
}

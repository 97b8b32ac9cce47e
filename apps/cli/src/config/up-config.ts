/**
 * The settings of `corral up`: flags before environment before defaults. This folder is the only
 * reader of the environment in the command line.
 */
import { resolve } from 'node:path';
import { z } from 'zod';
import { CliError, EXIT } from '../cli-error.js';

/** What commander gives for `corral up`; absent flags are undefined. */
export interface UpFlags {
  home?: string;
  port?: string;
  host?: string;
  model?: boolean;
  json?: boolean;
}

const portSchema = z.coerce
  .number('must be a port number')
  .int('must be a port number')
  .min(1, 'must be 1 to 65535')
  .max(65_535, 'must be 1 to 65535');

/** Absolute: the processes run in the data folder. */
const file = z
  .string()
  .transform((path) => resolve(path))
  .optional();

const CONTROLLER_SECRETS = ['CORRAL_METRICS_TOKEN', 'CORRAL_OIDC_CLIENT_SECRET'].flatMap((name) => [
  name,
  `${name}_FILE`,
]);

const upConfigSchema = z.object({
  /** CORRAL_HOME or --home: the data folder. */
  home: z.string().min(1).default('.corral'),
  /** CORRAL_PORT or --port: console and API. */
  port: portSchema.default(7070),
  /** CORRAL_HOST or --host: the address to listen on; the default is this machine only. */
  host: z.string().min(1).default('127.0.0.1'),
  /** CORRAL_NODE_NAME: how this machine is shown; the host name unless set. */
  nodeName: z.string().min(1).optional(),
  /** DATABASE_URL: a PostgreSQL to use in place of the embedded one. */
  databaseUrl: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://')
    .optional(),
  /** NATS_URL: NATS servers to use in place of the embedded one, separated by commas. */
  natsUrl: z
    .string()
    .regex(/^(nats|tls|ws|wss):\/\//, 'must begin with nats://')
    .optional(),
  /** NATS_USER and NATS_PASSWORD: for NATS_URL. */
  natsUser: z.string().optional(),
  natsPassword: z.string().optional(),
  /** NATS_CREDS_FILE: credentials of NATS's own form, in place of user and password. */
  natsCredsFile: file,
  /** NATS_AUTHORITY_FILE: what `corral nats init` made, if it made that server's configuration. */
  natsAuthorityFile: file,
  /** NATS_CA_FILE: certificates that the servers' ones are signed with. */
  natsCaFile: file,
  /** Secrets that are handed to the controller and to nobody else, by their names. */
  controllerSecrets: z.record(z.string(), z.string()),
  /** PATH: where nats-server is looked for. */
  searchPath: z.string().optional(),
});
export type UpConfig = z.output<typeof upConfigSchema>;

/** Throws {@link CliError} that names every setting that is wrong. */
export function upConfig(flags: UpFlags, env: NodeJS.ProcessEnv = process.env): UpConfig {
  const set = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
  const parsed = upConfigSchema.safeParse({
    home: flags.home ?? set(env.CORRAL_HOME),
    port: flags.port ?? set(env.CORRAL_PORT),
    host: flags.host ?? set(env.CORRAL_HOST),
    nodeName: set(env.CORRAL_NODE_NAME),
    databaseUrl: set(env.DATABASE_URL),
    natsUrl: set(env.NATS_URL),
    natsUser: set(env.NATS_USER),
    natsPassword: set(env.NATS_PASSWORD),
    natsCredsFile: set(env.NATS_CREDS_FILE),
    natsAuthorityFile: set(env.NATS_AUTHORITY_FILE),
    natsCaFile: set(env.NATS_CA_FILE),
    controllerSecrets: Object.fromEntries(
      CONTROLLER_SECRETS.flatMap((name) => {
        const value = set(env[name]);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    searchPath: env.PATH,
  });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    (issue) => `${settingName(issue.path[0])} ${issue.message}`,
  );
  throw new CliError(`Wrong settings: ${faults.join('; ')}.`, EXIT.usage);
}

const SETTING_NAMES: Record<string, string> = {
  home: '--home (CORRAL_HOME)',
  port: '--port (CORRAL_PORT)',
  host: '--host (CORRAL_HOST)',
  nodeName: 'CORRAL_NODE_NAME',
  databaseUrl: 'DATABASE_URL',
  natsUrl: 'NATS_URL',
};

function settingName(key: PropertyKey | undefined): string {
  return SETTING_NAMES[String(key)] ?? String(key);
}

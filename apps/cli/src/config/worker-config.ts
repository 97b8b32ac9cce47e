/** The settings of `corral worker start` and `join`: flags before environment before defaults. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { CliError, EXIT } from '../cli-error.js';

/** What commander gives for `corral worker start`. */
export interface WorkerFlags {
  nats?: string;
  user?: string;
  name?: string;
  home?: string;
}

/** Absolute: the worker runs in the data folder. */
const file = z
  .string()
  .transform((path) => resolve(path))
  .optional();

const workerConfigSchema = z.object({
  /**
   * --nats or CORRAL_NATS_URL: the cluster's NATS servers, separated by commas. Default: those of
   * the cluster that this machine has joined.
   */
  natsUrl: z
    .string()
    .regex(/^(nats|tls|ws|wss):\/\//, 'must begin with nats:// or tls://')
    .optional(),
  /** --user or CORRAL_NATS_USER. */
  natsUser: z.string().optional(),
  /** CORRAL_NATS_PASSWORD alone, since arguments can be read by every user of the machine. */
  natsPassword: z.string().optional(),
  /** CORRAL_NATS_CREDS_FILE: credentials of NATS's own form. */
  natsCredsFile: file,
  /** CORRAL_NATS_CA_FILE: certificates that the servers' ones are signed with. */
  natsCaFile: file,
  /** --name or CORRAL_NODE_NAME. */
  nodeName: z.string().min(1),
  /** --home or CORRAL_HOME: the node's identity and model store. */
  home: z.string().min(1).default('.corral'),
});
export type WorkerConfig = z.output<typeof workerConfigSchema>;

/** Throws {@link CliError} that names every setting that is wrong. */
export function workerConfig(
  flags: WorkerFlags,
  env: NodeJS.ProcessEnv = process.env,
): WorkerConfig {
  const set = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
  const parsed = workerConfigSchema.safeParse({
    natsUrl: flags.nats ?? set(env.CORRAL_NATS_URL),
    natsUser: flags.user ?? set(env.CORRAL_NATS_USER),
    natsPassword: set(env.CORRAL_NATS_PASSWORD),
    natsCredsFile: set(env.CORRAL_NATS_CREDS_FILE),
    natsCaFile: set(env.CORRAL_NATS_CA_FILE),
    nodeName: flags.name ?? set(env.CORRAL_NODE_NAME) ?? hostname(),
    home: flags.home ?? set(env.CORRAL_HOME),
  });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => {
    const name = issue.path[0] === 'natsUrl' ? '--nats (CORRAL_NATS_URL)' : String(issue.path[0]);
    return `${name} ${issue.message}`;
  });
  throw new CliError(`Wrong settings: ${faults.join('; ')}.`, EXIT.usage);
}

/** The settings of `corral worker start`: flags before environment before defaults. */
import { hostname } from 'node:os';
import { z } from 'zod';
import { CliError, EXIT } from '../cli-error.js';

/** What commander gives for `corral worker start`. */
export interface WorkerFlags {
  nats?: string;
  user?: string;
  name?: string;
  home?: string;
}

const workerConfigSchema = z.object({
  /** --nats or CORRAL_NATS_URL: the cluster's NATS servers, separated by commas. */
  natsUrl: z
    .string('is required')
    .regex(/^(nats|tls|ws|wss):\/\//, 'must begin with nats:// or tls://'),
  /** --user or CORRAL_NATS_USER. */
  natsUser: z.string().optional(),
  /** CORRAL_NATS_PASSWORD alone, since arguments can be read by every user of the machine. */
  natsPassword: z.string().optional(),
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

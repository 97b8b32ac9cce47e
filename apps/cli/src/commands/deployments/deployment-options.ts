/** What a deployment is to be as options of a command, and their values as the API wants them. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { DEVICE_KINDS, type DeviceKind, type Labels, type Placement } from '@corral/contracts';
import type { DeploymentView, UpdateDeployment } from '@corral/contracts/http';
import { gathered, NONE, orNone, wholeNumber } from '../../arguments/amount.js';
import { durationS } from '../../arguments/duration.js';
import { label } from '../../arguments/label.js';

export interface ReplicaFlags {
  replicas?: number;
  min?: number;
  max?: number;
}

export interface DeploymentFlags extends ReplicaFlags {
  slots?: number;
  context?: number;
  threads?: number;
  gpuLayers?: number | 'auto';
  kvCache?: 'f16' | 'q8_0';
  node?: string;
  label?: Labels;
  device?: DeviceKind | 'any';
  pack?: true;
  spread?: true;
  idleTimeout?: number | typeof NONE;
  /** False: it is to have none. */
  alias?: string[] | false;
}

export type DeploymentFields = Omit<UpdateDeployment, 'model' | 'strategy'>;

const ANYWHERE: Placement = { nodeLabels: {}, deviceKind: null, strategy: 'spread' };
const SAME_NAME = (name: string): string => name;

export function withReplicaOptions(command: Command): Command {
  return command
    .option('--min <n>', 'scale by load, and keep so many; 0: none while idle', wholeNumber(0))
    .option('--max <n>', 'scale by load up to so many', wholeNumber(1));
}

export function withDeploymentOptions(command: Command): Command {
  command
    .option('--slots <n>', 'requests answered at the same time by a replica', wholeNumber(1))
    .option('--context <tokens>', "of each slot (default: the model's own)", wholeNumber(64))
    .option('--threads <n>', 'CPU threads (default: chosen from the cores)', wholeNumber(1))
    .option('--gpu-layers <n>', 'layers on the GPU, or "auto"', gpuLayers)
    .addOption(new Option('--kv-cache <type>', 'of each token').choices(['f16', 'q8_0']))
    .addOption(
      new Option('--replicas <n>', 'a fixed number of copies')
        .argParser(wholeNumber(0))
        .conflicts(['min', 'max']),
    );
  return withReplicaOptions(command)
    .option('--idle-timeout <time>', 'unload when unused for so long, or "none"', orNone(durationS))
    .option('--alias <name>', 'another name; several times for several', gathered(SAME_NAME))
    .option('--no-alias', 'no other names')
    .option('--label <key=value>', 'only on nodes that have it; several times for several', label)
    .addOption(
      new Option('--device <kind>', 'only on devices of this kind').choices([
        ...DEVICE_KINDS,
        'any',
      ]),
    )
    .addOption(new Option('--pack', 'on as few nodes as hold it').conflicts('spread'))
    .option('--spread', 'on as many nodes as there are')
    .option('--node <id>', 'only on this node, or "any"');
}

/** What the flags say; what they leave open is not in it. */
export function fieldsOf(
  flags: DeploymentFlags,
  present: DeploymentView | undefined,
): DeploymentFields {
  const { idleTimeout, node, alias } = flags;
  return given({
    ...replicasOf(flags),
    idleTimeoutS: idleTimeout === NONE ? null : idleTimeout,
    nodeId: node === 'any' ? null : node,
    aliases: alias === false ? [] : alias,
    placement: placementOf(flags, present?.placement ?? ANYWHERE),
    spec: orNothing(specOf(flags)),
  });
}

export function replicasOf({ replicas, min, max }: ReplicaFlags): DeploymentFields {
  return given({ replicas, minReplicas: min, maxReplicas: max });
}

function specOf({ slots, context, threads, gpuLayers, kvCache }: DeploymentFlags) {
  return given({ slots, contextTokens: context, threads, gpuLayers, kvCacheType: kvCache });
}

/** The API takes it as a whole: what the flags leave open is as it was. */
function placementOf(
  { label: nodeLabels, device, pack, spread }: DeploymentFlags,
  present: Placement,
): Placement | undefined {
  const change = given({
    nodeLabels,
    deviceKind: device === 'any' ? null : device,
    strategy: pack ? ('pack' as const) : spread && ('spread' as const),
  });
  return orNothing(change) && { ...present, ...(change as Partial<Placement>) };
}

/** Without the fields that are undefined. */
function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

function orNothing<T extends object>(fields: T): T | undefined {
  return Object.keys(fields).length === 0 ? undefined : fields;
}

function gpuLayers(text: string): number | 'auto' {
  if (text === 'auto') return 'auto';
  try {
    return wholeNumber(0)(text);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new InvalidArgumentError(`${error.message} Or it is "auto".`);
  }
}

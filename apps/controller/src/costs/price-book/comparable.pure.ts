/**
 * The cloud model that a deployment stands in for when nobody has said: the cheapest host of
 * comparable open weights. Like is compared with like, so the figure can be defended:
 *
 * 1. the same model: family, version and size (within a tenth) are ours;
 * 2. else any open weights of 0.5 to 1.25 times our class (model-size.ts);
 * 3. else nothing, and requests have no counterfactual.
 *
 * Of several the cheapest, at three input tokens to one output token. Never a closed model: the
 * choice of a frontier model is an admin's. Pure.
 */
import { classOf, sizeFromName, type ModelSize } from './model-size.pure.js';

export const SMALLEST_SHARE = 0.5;
export const LARGEST_SHARE = 1.25;
const SAME_SIZE = 0.1;

export interface ComparablePrice {
  provider: string;
  model: string;
  inputPerMTok: number;
  outputPerMTok: number;
  openWeights: boolean;
}

export interface DeployedModel {
  /** The model file's name. */
  fileName: string;
  /** What its header says; null while no node has told. */
  facts: { name: string | null; architecture: string; parameters: number } | null;
}

export type Comparable<P> =
  { found: true; price: P; reason: string } | { found: false; reason: string };

export function findComparable<P extends ComparablePrice>(
  deployed: DeployedModel,
  prices: readonly P[],
): Comparable<P> {
  const ours = sizeOf(deployed);
  if (typeof ours === 'string') return { found: false, reason: ours };
  const open = prices.flatMap((price) => {
    const size = price.openWeights ? sizeFromName(price.model) : null;
    return size === null ? [] : [{ price, size }];
  });
  const same = cheapest(open.filter(({ size }) => isSameModel(size, ours)));
  if (same !== null)
    return { found: true, price: same, reason: 'Cheapest host of the same model.' };

  const our = classOf(ours);
  const from = our * SMALLEST_SHARE;
  const to = our * LARGEST_SHARE;
  const similar = cheapest(open.filter(({ size }) => classOf(size) >= from && classOf(size) <= to));
  const range = `between ${sizeText(from)} and ${sizeText(to)} parameters`;
  return similar === null
    ? { found: false, reason: `The price book has no open weights ${range}.` }
    : { found: true, price: similar, reason: `Cheapest host of open weights ${range}.` };
}

/** Our model's size, or why it is not known. */
function sizeOf({ fileName, facts }: DeployedModel): ModelSize | string {
  const named = (facts?.name == null ? null : sizeFromName(facts.name)) ?? sizeFromName(fileName);
  if (facts === null || facts.parameters === 0) {
    return named ?? 'The size of the model is not known: neither a node nor its name tells it.';
  }
  const { parameters, architecture } = facts;
  if (named === null) {
    // All of a mixture's parameters would compare it with a larger class of models.
    return isMixture(architecture)
      ? 'It is a mixture of experts, and its name does not say how many parameters are active.'
      : { family: '', version: '', parameters, activeParameters: parameters };
  }
  const isDense = named.activeParameters === named.parameters;
  if (isDense && isMixture(architecture)) {
    return 'It is a mixture of experts, and its name does not say how many parameters are active.';
  }
  return { ...named, parameters, activeParameters: isDense ? parameters : named.activeParameters };
}

/** llama.cpp names the architectures of mixtures so: `qwen3moe`, `granitemoe`, `gpt-oss`. */
function isMixture(architecture: string): boolean {
  return /moe|gpt-oss|mixtral/i.test(architecture);
}

function isSameModel(theirs: ModelSize, ours: ModelSize): boolean {
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= SAME_SIZE * b;
  return (
    ours.family !== '' &&
    theirs.family === ours.family &&
    theirs.version === ours.version &&
    near(theirs.parameters, ours.parameters) &&
    near(theirs.activeParameters, ours.activeParameters)
  );
}

/** Null of none. On a tie the first by seller and model, so that all controllers agree. */
function cheapest<P extends ComparablePrice>(candidates: readonly { price: P }[]): P | null {
  const blend = ({ inputPerMTok, outputPerMTok }: P): number => 3 * inputPerMTok + outputPerMTok;
  const name = ({ provider, model }: P): string => `${provider}/${model}`;
  const [first] = candidates
    .map(({ price }) => price)
    .sort((a, b) => blend(a) - blend(b) || (name(a) < name(b) ? -1 : 1));
  return first ?? null;
}

/** `3 million`, `7.5 billion`, `88 billion`. */
function sizeText(parameters: number): string {
  const [value, unit] =
    parameters < 1e9 ? [parameters / 1e6, 'million'] : [parameters / 1e9, 'billion'];
  return `${value < 10 ? Number(value.toPrecision(2)) : Math.round(value)} ${unit}`;
}

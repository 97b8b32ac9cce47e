/**
 * Family and size of a model, read from its name: `meta-llama/Llama-3.1-8B-Instruct` is `llama 3.1`
 * of 8 billion parameters, `Qwen3.6-35B-A3B` has 35 billion of which 3 work on a token. Pure.
 */

export interface ModelSize {
  /** Words before the size, without versions: `qwen`, `gpt-oss`, `qwen-coder`. May be empty. */
  family: string;
  /** Numbers before the size: `3.6`. Empty where there are none. */
  version: string;
  /** All of them. */
  parameters: number;
  /** That work on one token: fewer than all in a mixture of experts. */
  activeParameters: number;
}

const BILLION = 1_000_000_000;

/** `8b`, `0.6b`, `35b-a3b`. Not `17b-16e`, where 17 is what each expert has, nor `e4b`. */
const SIZE = /^(\d+(?:\.\d+)?)b$/;
const ACTIVE = /^a(\d+(?:\.\d+)?)b$/;
const EXPERTS = /^\d+e$/;
/** Mixtures whose names do not say what is active (their model cards do). */
const ACTIVE_BY_NAME: ReadonlyMap<string, number> = new Map([
  ['gpt-oss-20b', 3.6 * BILLION],
  ['gpt-oss-120b', 5.1 * BILLION],
]);

/** Null where the name does not say the size. */
export function sizeFromName(name: string): ModelSize | null {
  const parts = partsOf(name);
  const at = parts.findIndex((part) => SIZE.test(part));
  const size = SIZE.exec(parts[at] ?? '')?.[1];
  if (size === undefined || EXPERTS.test(parts[at + 1] ?? '')) return null;
  const before = parts.slice(0, at);
  const words = before.map((part) => part.replace(/v?[\d.]+$/, '')).filter((word) => word !== '');
  const family = words.join('-');
  const active =
    ACTIVE_BY_NAME.get(`${family}-${size}b`) ??
    Number(ACTIVE.exec(parts[at + 1] ?? '')?.[1] ?? size) * BILLION;
  return {
    family,
    version: before.flatMap((part) => /[\d.]+$/.exec(part)?.[0] ?? []).join('.'),
    parameters: Number(size) * BILLION,
    activeParameters: active,
  };
}

/**
 * Parameters of a dense model of about the same class: the geometric mean of all and active ones,
 * the usual rule of thumb for mixtures of experts. A dense model's own number.
 */
export function classOf({ parameters, activeParameters }: ModelSize): number {
  return Math.sqrt(parameters * activeParameters);
}

/** Without the seller's prefix and the file's ending, at every separator, in lower case. */
function partsOf(name: string): string[] {
  return name
    .slice(name.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/\.gguf$/, '')
    .replace(/^meta[-_\s]+(?=llama)/, '')
    .split(/[-_:\s]+/);
}

/** What a sound header says of its model, for people to choose by. */
import type { ModelFacts } from '@corral/contracts';
import { FILE_TYPE_LABELS } from './ggml-types.js';
import type { GgufHeader, GgufTensor } from './gguf-header.js';
import { ModelRefusal } from './model-refusal.js';

/** Throws {@link ModelRefusal} for a header without an architecture: nothing could load it. */
export function factsOf({ metadata, tensors }: GgufHeader): ModelFacts {
  const text = (key: string, longest: number): string | null => {
    const value = metadata.get(key);
    return typeof value === 'string' && value !== '' ? value.slice(0, longest) : null;
  };
  const architecture = text('general.architecture', 100);
  if (architecture === null) throw new ModelRefusal('damaged: general.architecture is missing');
  const parameters = tensors.reduce((sum, { elements }) => sum + elements, 0);
  if (!Number.isSafeInteger(parameters)) throw new ModelRefusal('damaged: too many parameters');
  const contextTokens = metadata.get(`${architecture}.context_length`);
  const fileType = metadata.get('general.file_type');
  const label = typeof fileType === 'number' ? FILE_TYPE_LABELS.get(fileType) : undefined;
  const template = metadata.get('tokenizer.chat_template');
  return {
    name: text('general.name', 300),
    architecture,
    parameters,
    contextTokens: isPositiveInteger(contextTokens) ? contextTokens : null,
    quantization: label ?? typeOfMostElements(tensors),
    license: text('general.license', 300),
    hasChatTemplate: typeof template === 'string' && template !== '',
  };
}

function typeOfMostElements(tensors: GgufTensor[]): string {
  const elementsByType = new Map<string, number>();
  for (const { typeName, elements } of tensors) {
    elementsByType.set(typeName, (elementsByType.get(typeName) ?? 0) + elements);
  }
  const [most] = [...elementsByType].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? 'unknown';
}

function isPositiveInteger(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

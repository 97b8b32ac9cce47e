/**
 * How a fake engine behaves. Options of a whole replica travel as JSON in the spec's
 * `chatTemplate`, so nothing of the product knows of them and no environment has to leak into an
 * engine. A single prompt may hold `[[fake {"crashAfterTokens":3}]]` to change its own generation.
 */
import { z } from 'zod';

const generationOptions = {
  /** Tokens per second of each stream; 0: all tokens of a request in one step, at once. */
  tokensPerSecond: z.number().min(0).max(10_000),
  /** Milliseconds from a free slot to the first token. */
  firstTokenMs: z.number().min(0),
  /** End of turn after so many tokens of the whole stream; null: only maxTokens ends it. */
  stopAfterTokens: z.int().min(1).nullable(),
  /** The process ends itself when a stream reaches so many tokens; null: never. */
  crashAfterTokens: z.int().min(0).nullable(),
  /** The process blocks for ever when a stream reaches so many tokens; null: never. */
  hangAfterTokens: z.int().min(0).nullable(),
};

export const fakeOptionsSchema = z.object({
  ...generationOptions,
  /** Milliseconds from `load` to `ready`. */
  loadMs: z.number().min(0),
  /** The load never ends. */
  loadStalls: z.boolean(),
  /** The load fails with this message, or the process ends when it is `crash`; null: it works. */
  loadFailure: z.string().nullable(),
  loadFailureRetryable: z.boolean(),
  /** Memory that the estimate claims, in bytes; null: the size of the file. */
  memoryBytes: z.int().min(0).nullable(),
});
export type FakeOptions = z.infer<typeof fakeOptionsSchema>;
export type FakeGenerationOptions = Pick<FakeOptions, keyof typeof generationOptions>;

export const FAKE_DEFAULTS: FakeOptions = {
  tokensPerSecond: 200,
  firstTokenMs: 0,
  stopAfterTokens: null,
  crashAfterTokens: null,
  hangAfterTokens: null,
  loadMs: 0,
  loadStalls: false,
  loadFailure: null,
  loadFailureRetryable: false,
  memoryBytes: null,
};

const overrides = fakeOptionsSchema.partial();

/** A replica spec's `chatTemplate` that gives a fake engine these options. */
export function fakeTemplate(options: Partial<FakeOptions>): string {
  return JSON.stringify(overrides.parse(options));
}

/** The options that a spec carries. A template that is not JSON (a real one) changes nothing. */
export function fakeOptionsOf(chatTemplate: string | null): FakeOptions {
  return { ...FAKE_DEFAULTS, ...overridesIn(chatTemplate) };
}

/** A prompt's own options laid over its replica's. */
export function withPromptOptions(base: FakeOptions, promptText: string): FakeOptions {
  const directive = /\[\[fake (\{.*?\})\]\]/s.exec(promptText);
  return { ...base, ...overridesIn(directive?.[1] ?? null) };
}

function overridesIn(json: string | null): Partial<FakeOptions> {
  if (json === null || !json.startsWith('{')) return {};
  try {
    return overrides.parse(JSON.parse(json));
  } catch (fault) {
    if (fault instanceof SyntaxError) return {};
    throw fault;
  }
}

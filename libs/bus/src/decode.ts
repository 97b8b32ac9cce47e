import type { z } from 'zod';

export type Decoded<T> = { ok: true; value: T } | { ok: false; reason: string };

/** A message's payload by its schema; not ok with the first thing that does not fit. */
export function decode<S extends z.ZodType>(
  schema: S,
  message: { string(): string },
): Decoded<z.output<S>> {
  let json: unknown;
  try {
    json = JSON.parse(message.string());
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  return { ok: false, reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}` };
}

/** Parses what comes in, and says how to refuse what cannot be parsed. Pure. */
import {
  engineCommandSchema,
  type EngineCommand,
  type EngineEvent,
  type Failure,
} from '@corral/contracts';
import { z } from 'zod';
import { refusedStep } from '../generation/refused-step.pure.js';

export type ParsedCommand =
  | { ok: true; command: EngineCommand }
  /** `reply` tells the sender, where the message says enough to be answered. */
  | { ok: false; reason: string; reply: EngineEvent | null };

const startHeadSchema = z.object({ type: z.literal('start'), key: z.string().min(1).max(200) });
const askHeadSchema = z.object({ type: z.literal('ask'), askId: z.int().min(0) });

/** Never throws. */
export function parseCommand(message: unknown): ParsedCommand {
  const parsed = engineCommandSchema.safeParse(message);
  if (parsed.success) return { ok: true, command: parsed.data };
  const reason = describe(parsed.error);
  return {
    ok: false,
    reason,
    reply: refusalOf(message, { code: 'invalid_request', message: reason }),
  };
}

/** The event that tells the sender of a start or a question; null for any other message. */
export function refusalOf(message: unknown, failure: Failure): EngineEvent | null {
  const start = startHeadSchema.safeParse(message);
  if (start.success) {
    const step = refusedStep({ key: start.data.key, promptTokens: 0, failure });
    return { type: 'step', streams: [step] };
  }
  const ask = askHeadSchema.safeParse(message);
  return ask.success ? { type: 'answer', askId: ask.data.askId, failure } : null;
}

/** Field names and what they should be; never the values, which may be somebody's prompt. */
function describe(error: z.ZodError): string {
  const faults = error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'command'}: ${issue.message}`);
  return faults.join('; ').slice(0, 1000);
}

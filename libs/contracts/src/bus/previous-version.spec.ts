/**
 * An upgrade runs two versions side by side, so each has to understand what the other sends. The
 * messages in previous-version.json were recorded from processes of the version before, one of each
 * kind; a release replaces them.
 */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { assignCommandSchema } from './assign.js';
import {
  attemptCommandSchema,
  attemptReplySchema,
  cancelCommandSchema,
  frameSchema,
  resendCommandSchema,
  resendReplySchema,
} from './attempt.js';
import { changeSchema, controllerAliveSchema } from './events.js';
import { heartbeatSchema } from './heartbeat.js';
import { nodeOpReplySchema, nodeOpSchema } from './op.js';
import { usageMessageSchema } from './usage.js';

const SCHEMAS: Record<string, z.ZodType> = {
  heartbeat: heartbeatSchema,
  assign: assignCommandSchema,
  op: nodeOpSchema,
  'op reply': nodeOpReplySchema,
  generate: attemptCommandSchema,
  'generate reply': attemptReplySchema,
  cancel: cancelCommandSchema,
  resend: resendCommandSchema,
  'resend reply': resendReplySchema,
  frames: frameSchema,
  alive: controllerAliveSchema,
  changes: changeSchema,
  opened: usageMessageSchema,
  settled: usageMessageSchema,
  orphaned: usageMessageSchema,
};

const recorded = JSON.parse(
  readFileSync(new URL('./previous-version.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

/** As a later version may send it: with more in every object. */
function withMore(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMore);
  if (typeof value !== 'object' || value === null) return value;
  const more = Object.entries(value).map(([key, item]) => [key, withMore(item)]);
  return { ...(Object.fromEntries(more) as object), ofALaterVersion: 1 };
}

describe('a message of the version before', () => {
  it('is recorded of each kind', () => {
    expect(Object.keys(recorded).sort()).toEqual(Object.keys(SCHEMAS).sort());
  });

  it.each(Object.keys(SCHEMAS))('is understood: %s', (kind) => {
    expect(SCHEMAS[kind]?.safeParse(recorded[kind]).error).toBeUndefined();
  });

  it.each(Object.keys(SCHEMAS))('may have fields that this one does not know: %s', (kind) => {
    expect(SCHEMAS[kind]?.safeParse(withMore(recorded[kind])).error).toBeUndefined();
  });
});

/** Data plane: one attempt of one generation, between a controller and a worker. */
import { z } from 'zod';
import { generationRequestSchema, streamDeltaSchema } from '../generation.js';
import {
  bootIdSchema,
  controllerIdSchema,
  generationIdSchema,
  nodeIdSchema,
  replicaIdSchema,
} from '../ids.js';
import { durationMsSchema, tokenCountSchema } from '../units.js';

const attemptNumberSchema = z.int().min(1);

/**
 * An attempt that is on trial is acquitted when it has generated more tokens than these. It begins
 * where the engine crashed before, so what did it once does it again at once.
 */
export const TRIAL_TOKENS = 1;

export const attemptCommandSchema = z.object({
  controllerId: controllerIdSchema,
  generationId: generationIdSchema,
  /** From 1; frames of an earlier attempt are stale. */
  attempt: attemptNumberSchema,
  replicaId: replicaIdSchema,
  /** Time the caller will still wait; null: no limit. */
  remainingMs: durationMsSchema.nullable(),
  /**
   * It was on board of an engine that crashed. Should this one crash within {@link TRIAL_TOKENS}, it is
   * to blame, and those on board with it are not. Absent: no.
   */
  onTrial: z.boolean().optional(),
  /** It may wait there for a slot; otherwise it is refused when none is free. Absent: it may. */
  mayWait: z.boolean().optional(),
  request: generationRequestSchema,
});
export type AttemptCommand = z.infer<typeof attemptCommandSchema>;

/** The worker's immediate answer; "no responders" from NATS means that the worker is gone. */
export const attemptReplySchema = z.object({
  outcome: z.enum(['accepted', 'full', 'unknown_replica', 'draining']),
  /** Attempts of other controllers on the replica, running or waiting. Absent: not told. */
  others: z.int().min(0).optional(),
});
export type AttemptReply = z.infer<typeof attemptReplySchema>;

export const cancelCommandSchema = z.object({
  generationId: generationIdSchema,
  attempt: attemptNumberSchema,
});
export type CancelCommand = z.infer<typeof cancelCommandSchema>;

/** A controller saw a gap, or has heard nothing for a while. */
export const resendCommandSchema = z.object({
  controllerId: controllerIdSchema,
  generationId: generationIdSchema,
  attempt: attemptNumberSchema,
  /** First token index that is missing. */
  fromIndex: tokenCountSchema,
});
export type ResendCommand = z.infer<typeof resendCommandSchema>;

export const resendReplySchema = z.object({
  /** `unknown_attempt`: the worker holds nothing of it (it restarted, or it was cancelled). */
  outcome: z.enum(['resent', 'unknown_attempt']),
});
export type ResendReply = z.infer<typeof resendReplySchema>;

/** One decode step's news for one controller. */
export const frameSchema = z.object({
  nodeId: nodeIdSchema,
  bootId: bootIdSchema,
  streams: z.array(
    streamDeltaSchema.extend({
      generationId: generationIdSchema,
      attempt: attemptNumberSchema,
    }),
  ),
});
export type Frame = z.infer<typeof frameSchema>;
export type FrameStream = Frame['streams'][number];

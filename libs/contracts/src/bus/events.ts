/** Between controllers, and from controllers to all workers. */
import { z } from 'zod';
import { controllerIdSchema, nodeIdSchema } from '../ids.js';
import { durationMsSchema } from '../units.js';

export const controllerAliveSchema = z.object({ controllerId: controllerIdSchema });
export type ControllerAlive = z.infer<typeof controllerAliveSchema>;

/**
 * What is asked of a controller, once a second: the leader scales and unloads by it. A controller of
 * an earlier version sends none; its requests are seen in the heartbeats of the workers.
 */
export const controllerLoadSchema = z.object({
  controllerId: controllerIdSchema,
  deployments: z.array(
    z.object({
      name: z.string(),
      /** Generations in its queue: none of their attempts has begun. */
      waiting: z.int().min(0),
      /** The longest wait of one of them so far, milliseconds; 0: none waits. */
      longestWaitMs: durationMsSchema,
      /** Since it was last asked for, milliseconds; 0 while a request is under way. */
      idleMs: durationMsSchema,
    }),
  ),
});
export type ControllerLoad = z.infer<typeof controllerLoadSchema>;

/**
 * Something cached has changed; the receiver forgets what it knew and reads again. A kind that a
 * receiver of an older version does not know is dropped there with a warning; it reads again by
 * itself within seconds.
 */
export const changeSchema = z.discriminatedUnion('what', [
  /** A key, or whom it belongs to: it may have been revoked, disabled, rotated or given away. */
  z.object({ what: z.literal('api_key'), publicId: z.string().max(80) }),
  /** Something above keys (a team, a person) was disabled or moved: every key is read again. */
  z.object({ what: z.literal('api_keys') }),
  z.object({ what: z.literal('deployments') }),
  /** What admins have said of nodes: labels, cordon, drain, polite; or a node was removed. */
  z.object({ what: z.literal('nodes') }),
  /** An admin says that these silent nodes are lost indeed: the brake lets go of them. */
  z.object({ what: z.literal('nodes_lost'), nodeIds: z.array(nodeIdSchema) }),
  z.object({ what: z.literal('quotas') }),
  /** A limit is nearly used up: give back what is leased of it and not needed. */
  z.object({
    what: z.literal('quota_recall'),
    /** Who asks, and so need not give. */
    controllerId: controllerIdSchema,
    counterIds: z.array(z.string().max(400)),
  }),
  z.object({ what: z.literal('prices') }),
  /** The credentials of a node were revoked. */
  z.object({ what: z.literal('node_revocations') }),
]);
export type Change = z.infer<typeof changeSchema>;

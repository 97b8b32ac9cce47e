/** Between controllers, and from controllers to all workers. */
import { z } from 'zod';
import { controllerIdSchema } from '../ids.js';

export const controllerAliveSchema = z.object({ controllerId: controllerIdSchema });
export type ControllerAlive = z.infer<typeof controllerAliveSchema>;

/** Something cached has changed; the receiver forgets what it knew and reads again. */
export const changeSchema = z.discriminatedUnion('what', [
  z.object({ what: z.literal('api_key'), publicId: z.string().max(80) }),
  z.object({ what: z.literal('deployments') }),
]);
export type Change = z.infer<typeof changeSchema>;

import type { SettledRequest } from '@corral/contracts';

/** A settled request before pricing and limits have added what they know. */
export type Unpriced = Omit<
  SettledRequest,
  | 'millijoules'
  | 'localMicrodollars'
  | 'energyMicrodollars'
  | 'cloudMicrodollars'
  | 'cloudPriceId'
  | 'leaseUse'
>;

/** The error code of a request that its own controller could not settle. */
export const CONTROLLER_LOST = 'controller_lost';

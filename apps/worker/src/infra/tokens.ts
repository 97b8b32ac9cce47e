/** Injection tokens of what is made before the Nest application. */

/** A `WorkerSettings`. */
export const SETTINGS = Symbol('SETTINGS');
/** A `NodeIdentity`. */
export const IDENTITY = Symbol('IDENTITY');
/** The variables that an engine child gets: a `Record<string, string>`. */
export const ENGINE_ENVIRONMENT = Symbol('ENGINE_ENVIRONMENT');

/** Injection tokens of what is made before the Nest application. */
/** `WorkerSettings` */
export const SETTINGS = Symbol('SETTINGS');
/** `NodeIdentity` */
export const IDENTITY = Symbol('IDENTITY');
/** The variables that an engine child gets: `Record<string, string>` */
export const ENGINE_ENVIRONMENT = Symbol('ENGINE_ENVIRONMENT');

import type { Failure } from '@corral/contracts';

/** A body in canonical terms; not ok when it asks for what no engine here can do. */
export type Translation<T> = { ok: true; value: T } | { ok: false; failure: Failure };

/** The spec of a new revision from the present one's and what is to change. Pure. */
import { replicaSpecSchema, type Failure, type ReplicaSpec } from '@corral/contracts';

export type NewSpec = { ok: true; spec: ReplicaSpec } | { ok: false; failure: Failure };

/** A field that does not exist, or a value out of its range, is named. */
export function newSpecOf(present: ReplicaSpec, change: Record<string, unknown>): NewSpec {
  const known = Object.keys(replicaSpecSchema.shape);
  const unknown = Object.keys(change).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const message = `There is no field '${unknown}' in a spec. There is: ${known.join(', ')}.`;
    return refused(unknown, message);
  }
  const parsed = replicaSpecSchema.safeParse({ ...present, ...change });
  if (parsed.success) return { ok: true, spec: parsed.data };
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  return refused(field, `'${field}' cannot be that: ${issue?.message ?? 'it is not valid'}.`);
}

function refused(field: string, message: string): NewSpec {
  return { ok: false, failure: { code: 'invalid_value', message, param: `spec.${field}` } };
}

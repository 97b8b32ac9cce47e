/**
 * When something is disabled, from when it was active or not and what is wanted. Pure.
 *
 * @returns since when; null: it is active
 */
export function disabledSince(
  before: Date | null,
  wanted: boolean | undefined,
  now: Date,
): Date | null {
  if (wanted === undefined) return before;
  return wanted ? (before ?? now) : null;
}

/** What became of it: `disable`, `enable`, or null for neither. */
export function disablingOf(before: Date | null, after: Date | null): 'disable' | 'enable' | null {
  if ((before === null) === (after === null)) return null;
  return after === null ? 'enable' : 'disable';
}

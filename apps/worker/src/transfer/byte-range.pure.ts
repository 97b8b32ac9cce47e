/** The bytes that a `Range` header asks for (RFC 9110, section 14). Pure. */

export type ByteRange =
  /** No range, or one that is not understood: the specification has it ignored. */
  | { kind: 'whole' }
  /** Both ends belong to it, counted from 0. */
  | { kind: 'part'; first: number; last: number }
  | { kind: 'unsatisfiable' };

/** Of a file of `sizeBytes`, 1 or more. Several ranges at once are taken for none. */
export function byteRangeOf(header: string | undefined, sizeBytes: number): ByteRange {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (match === null || (from === '' && to === '')) return { kind: 'whole' };
  const lastOfAll = sizeBytes - 1;
  // Without a beginning it asks for so many bytes at the end.
  const first = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const last = from === '' || to === '' ? lastOfAll : Math.min(Number(to), lastOfAll);
  if (first > lastOfAll) return { kind: 'unsatisfiable' };
  if (from !== '' && to !== '' && Number(to) < first) return { kind: 'whole' };
  return { kind: 'part', first, last };
}

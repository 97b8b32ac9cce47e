/** Which replicas of a deployment may serve a generation. Pure. */
export interface WantedReplicas {
  /** Those of this revision, as long as one is ready; null: of any. */
  revisionId: string | null;
  /** Only those of this model: it began the answer, and no other can go on. Null: of any. */
  modelDigest: string | null;
}

/** Generations with equal keys wait for the same replicas. */
export function keyOfWanted({ revisionId, modelDigest }: WantedReplicas): string {
  // As most do, and no text has to be put together for it.
  if (revisionId === null && modelDigest === null) return '/';
  return `${revisionId ?? ''}/${modelDigest ?? ''}`;
}

/**
 * Attempts that are on a replica: what they occupy there from the dispatch on, what they give back
 * with their first token, and what when they are over. Pure.
 */
import { isSuspect, type Suspect } from './crash-blame.js';
import { free, occupy, type ReplicaLoad } from './replica-load.js';
import type { Choice } from './replica-policy.js';

export interface Placeable extends Suspect {
  promptTokens: number;
  hashes: readonly number[];
  attempt: number;
  /** Attempts that were lost. */
  lost: number;
  /** Null while queued. */
  replica: ReplicaLoad | null;
  /** Of its prompt, what its replica has yet to compute, by estimate. */
  backlogTokens: number;
}

export class PlacedAttempts {
  /** Of lost attempts, dispatched again and without a token since. */
  private readonly returning = new Set<Placeable>();

  get returningCount(): number {
    return this.returning.size;
  }

  /** Its next attempt is on the chosen replica. */
  place(entry: Placeable, { target, cost }: Choice): void {
    entry.replica = target;
    entry.attempt += 1;
    entry.backlogTokens = Math.max(1, entry.promptTokens - cost.cachedTokens);
    occupy(target, entry.backlogTokens);
    target.prefixes.send(entry.hashes);
    if (entry.lost > 0) this.returning.add(entry);
    if (isSuspect(entry)) target.onTrial = entry.generationId;
  }

  /** Its first token is there, so its prompt is computed. True when that made room. */
  begun(entry: Placeable): boolean {
    const { replica } = entry;
    if (replica === null || entry.backlogTokens === 0) return false;
    this.computed(entry, replica);
    if (replica.onTrial === entry.generationId) replica.onTrial = null;
    return true;
  }

  /** It is on its replica no more; gives that, or null when it was on none. */
  leave(entry: Placeable, byCrash: boolean): ReplicaLoad | null {
    const { replica } = entry;
    if (replica === null) return null;
    this.computed(entry, replica);
    // After a crash the verdict holds for the others that were on board, until the engine is back.
    if (replica.onTrial === entry.generationId && !byCrash) replica.onTrial = null;
    replica.prefixes.end(entry.hashes);
    free(replica);
    if (replica.own === 0) replica.onTrial = null;
    entry.replica = null;
    return replica;
  }

  private computed(entry: Placeable, replica: ReplicaLoad): void {
    replica.backlogTokens -= entry.backlogTokens;
    entry.backlogTokens = 0;
    this.returning.delete(entry);
  }
}

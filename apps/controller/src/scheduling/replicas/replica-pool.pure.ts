/**
 * The replicas of one deployment: who is there, who has room, and who would be cheapest. Those with
 * room are kept in order as they change, so that no decision looks at all of them. Pure.
 */
import { IndexedHeap } from './indexed-heap.pure.js';
import { PrefixIndex } from '../prefixes/prefix-index.pure.js';
import { backlogMsOf, costOf, type Need } from './replica-cost.pure.js';
import {
  hasFreeSlot,
  isContested,
  isReady,
  newReplicaLoad,
  observe,
  type ReplicaLoad,
} from './replica-load.pure.js';
import type { ReplicaSnapshot } from './replica-snapshot.pure.js';
import type { WantedReplicas } from './wanted-replicas.pure.js';

/**
 * A replica with this much prefill ahead gets no more: what waits here can still go where it turns
 * out to be best, in the order that is fair then.
 */
const MOST_BACKLOG_MS = 250;
/** What is not told apart by cost is by share of slots taken, and then by free slots. */
const SHARE_MS = 1e-3;
const SLOT_MS = 1e-6;

interface Revision {
  modelDigest: string;
  ready: Set<ReplicaLoad>;
  /** Of these, those with a free slot. */
  free: Set<ReplicaLoad>;
  /** Of these, those whose next slot this controller may wait for. */
  contested: Set<ReplicaLoad>;
  /** Those with room, cheapest first for a usual prompt. */
  open: IndexedHeap<ReplicaLoad>;
}

export class ReplicaPool {
  readonly index = new PrefixIndex<ReplicaLoad>();
  private readonly byId = new Map<string, ReplicaLoad>();
  private readonly byNode = new Map<string, Set<ReplicaLoad>>();
  private readonly revisions = new Map<string, Revision>();
  /** Its values: asked for many times in each decision. */
  private everyRevision: readonly Revision[] = [];
  /** Of the replica that changed last: near enough to tell long prompts from short ones. */
  private usualPromptTokenMs = 1;
  private readonly usual: Need = {
    promptTokens: 500,
    outputTokens: 100,
    hashes: [],
    blockTokens: 0,
  };

  get all(): Iterable<ReplicaLoad> {
    return this.byId.values();
  }

  get size(): number {
    return this.byId.size;
  }

  /** Of all that are ready. */
  get readySlots(): number {
    let slots = 0;
    for (const { ready } of this.everyRevision) {
      for (const { replica } of ready) slots += replica.slots;
    }
    return slots;
  }

  get anyReady(): boolean {
    for (const { ready } of this.everyRevision) if (ready.size > 0) return true;
    return false;
  }

  /** The whole truth about this deployment's replicas on a node; those not in it are gone. */
  observe(nodeId: string, replicas: readonly ReplicaSnapshot[]): void {
    const before = this.byNode.get(nodeId) ?? new Set();
    const now = new Set<ReplicaLoad>();
    for (const replica of replicas) {
      let entry = this.byId.get(replica.replicaId);
      if (entry === undefined) {
        entry = newReplicaLoad(replica, this.index);
        this.byId.set(replica.replicaId, entry);
      } else {
        observe(entry, replica);
      }
      now.add(entry);
      this.changed(entry);
    }
    for (const entry of before) if (!now.has(entry)) this.remove(entry);
    if (now.size > 0) this.byNode.set(nodeId, now);
    else this.byNode.delete(nodeId);
  }

  /** To be called after each change of the entry. No effect on one that is gone. */
  changed(entry: ReplicaLoad): void {
    const { replicaId, revisionId, modelDigest } = entry.replica;
    if (this.byId.get(replicaId) !== entry) return;
    if (isReady(entry)) this.usualPromptTokenMs = entry.speed.perPromptTokenMs;
    let revision = this.revisions.get(revisionId);
    if (revision === undefined) {
      revision = {
        modelDigest,
        ready: new Set(),
        free: new Set(),
        contested: new Set(),
        open: new IndexedHeap(),
      };
      this.revisions.set(revisionId, revision);
      this.everyRevision = [...this.revisions.values()];
    }
    if (isReady(entry)) revision.ready.add(entry);
    else revision.ready.delete(entry);
    if (hasFreeSlot(entry)) revision.free.add(entry);
    else revision.free.delete(entry);
    if (isContested(entry)) revision.contested.add(entry);
    else revision.contested.delete(entry);
    if (hasRoom(entry)) revision.open.set(entry, this.keyOf(entry));
    else revision.open.delete(entry);
  }

  /** There is, or lately was, a replica of it. */
  knows(revisionId: string): boolean {
    return this.revisions.has(revisionId);
  }

  /** False: looking for a replica is of no use. */
  anySlot(wanted: WantedReplicas): boolean {
    return this.wantedOrAll(wanted).some(({ free, contested }) => free.size + contested.size > 0);
  }

  /** Among those with room, the cheapest for a usual prompt. */
  cheapest(count: number, wanted: WantedReplicas): ReplicaLoad[] {
    return this.wantedOrAll(wanted).flatMap(({ open }) => open.least(count));
  }

  /**
   * It has a free slot, with however much prefill ahead: for a prompt that it holds, waiting there
   * may still be cheaper than being computed elsewhere.
   */
  hasSlot(entry: ReplicaLoad, wanted: WantedReplicas): boolean {
    return this.wantedOrAll(wanted).some(({ free }) => free.has(entry));
  }

  /** While no slot is free, where to wait for the next one: see {@link isContested}. Null: nowhere. */
  nextSlot(wanted: WantedReplicas): ReplicaLoad | null {
    const revisions = this.wantedOrAll(wanted);
    if (revisions.some(({ free }) => free.size > 0)) return null;
    let least: ReplicaLoad | null = null;
    for (const { contested } of revisions) {
      for (const entry of contested) if (least === null || entry.own < least.own) least = entry;
    }
    return least;
  }

  /** What a prompt takes to compute where most of it is cached, on a usual replica; milliseconds. */
  prefillMsOf({ promptTokens, hashes, blockTokens }: Omit<Need, 'outputTokens'>): number {
    const cached = this.index.longestHeld(hashes) * blockTokens;
    return Math.max(0, promptTokens - cached) * this.usualPromptTokenMs;
  }

  /** Share of the ready replicas that have no room, 0 to 1. */
  crowding(wanted: WantedReplicas): number {
    let ready = 0;
    let open = 0;
    for (const revision of this.wantedOrAll(wanted)) {
      ready += revision.ready.size;
      open += revision.open.size;
    }
    return ready === 0 ? 0 : 1 - open / ready;
  }

  /** The revision that is wanted, where one of its replicas is ready; else all of the model's. */
  private wantedOrAll({ revisionId, modelDigest }: WantedReplicas): readonly Revision[] {
    if (revisionId === null && modelDigest === null) return this.everyRevision;
    const isAble = (one: Revision): boolean =>
      modelDigest === null || one.modelDigest === modelDigest;
    const revision = revisionId === null ? undefined : this.revisions.get(revisionId);
    if (revision !== undefined && revision.ready.size > 0 && isAble(revision)) return [revision];
    return this.everyRevision.filter(isAble);
  }

  private remove(entry: ReplicaLoad): void {
    const { replicaId, revisionId } = entry.replica;
    entry.prefixes.clear();
    if (this.byId.get(replicaId) === entry) this.byId.delete(replicaId);
    const revision = this.revisions.get(revisionId);
    revision?.ready.delete(entry);
    revision?.free.delete(entry);
    revision?.contested.delete(entry);
    revision?.open.delete(entry);
    if (revision?.ready.size !== 0) return;
    this.revisions.delete(revisionId);
    this.everyRevision = [...this.revisions.values()];
  }

  private keyOf(entry: ReplicaLoad): number {
    const { load, replica } = entry;
    const { totalMs } = costOf(entry, this.usual, 0, 0);
    return totalMs + (SHARE_MS * load) / replica.slots - SLOT_MS * (replica.slots - load);
  }
}

function hasRoom(entry: ReplicaLoad): boolean {
  return hasFreeSlot(entry) && (entry.backlogTokens === 0 || backlogMsOf(entry) <= MOST_BACKLOG_MS);
}

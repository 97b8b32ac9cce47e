/** What the database knows of a node beside what it reports: what admins want of it. Pure. */
import { labelsSchema, type Labels } from '@corral/contracts';

export interface NodeSettings {
  /** Given by admins; the built-in ones come on top (built-in-labels.ts). */
  labels: Labels;
  /** Nothing new is placed there since then; null: it is. */
  cordonedAt: Date | null;
  /** Its replicas move elsewhere since then; cordoned too. Null: they stay. */
  drainedAt: Date | null;
  /** It gives way to other use of the machine. */
  polite: boolean;
  /** Its credentials are refused since then; null: they hold. */
  revokedAt: Date | null;
}

/** Of a node that nothing was said of. */
export const PLAIN_SETTINGS: NodeSettings = {
  labels: {},
  cordonedAt: null,
  drainedAt: null,
  polite: false,
  revokedAt: null,
};

/** A node of the database. */
export interface StoredNode {
  name: string;
  settings: NodeSettings;
  /** Replicas that it is meant to run. */
  assignedReplicas: number;
  /** It joined with a token, and has credentials of its own. */
  isEnrolled: boolean;
}

/** The settings of a row; labels that no version of Corral could have written are none. */
export function settingsOf(row: Omit<NodeSettings, 'labels'> & { labels: unknown }): NodeSettings {
  const { cordonedAt, drainedAt, polite, revokedAt } = row;
  const labels = labelsSchema.safeParse(row.labels);
  return { labels: labels.success ? labels.data : {}, cordonedAt, drainedAt, polite, revokedAt };
}

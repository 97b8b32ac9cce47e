/**
 * What an order of an admin makes of a node's settings, or why not. Pure.
 *
 * | order    | cordoned                              | drained |
 * |----------|---------------------------------------|---------|
 * | cordon   | since now, or since it was            | as is   |
 * | uncordon | no; refused while it is drained       | as is   |
 * | drain    | since now, or since it was            | since now, or since it was |
 * | undrain  | as before the drain                   | no      |
 *
 * An order that is carried out already changes nothing.
 */
import { labelsSchema, type Failure, type Labels } from '@corral/contracts';
import type { UpdateNode } from '@corral/contracts/http';
import type { NodeSettings } from './node-settings.pure.js';

export type NodeOrder = 'cordon' | 'uncordon' | 'drain' | 'undrain';

export type SettingsChange = { ok: true; settings: NodeSettings } | { ok: false; failure: Failure };

export function ordered(was: NodeSettings, order: NodeOrder, now: Date): SettingsChange {
  const { cordonedAt, drainedAt } = was;
  switch (order) {
    case 'cordon':
      return changed(was, { cordonedAt: cordonedAt ?? now });
    case 'uncordon':
      return drainedAt === null
        ? changed(was, { cordonedAt: null })
        : refused('conflict', 'The node is drained: end that with undrain.');
    case 'drain':
      return changed(was, { cordonedAt: cordonedAt ?? now, drainedAt: drainedAt ?? now });
    case 'undrain': {
      // A drain cordons at the same moment; a cordon from before it was somebody's own wish.
      const isOfDrain = drainedAt !== null && cordonedAt?.getTime() === drainedAt.getTime();
      return changed(was, { cordonedAt: isOfDrain ? null : cordonedAt, drainedAt: null });
    }
  }
}

/** Refuses labels of Corral's own prefix, and more labels than a node may have. */
export function updated(was: NodeSettings, { labels = {}, polite }: UpdateNode): SettingsChange {
  const reserved = Object.keys(labels).find((key) => key.startsWith('corral/'));
  if (reserved !== undefined) {
    const message = `'${reserved}' is worked out by Corral: labels of your own begin otherwise.`;
    return refused('invalid_value', message, 'labels');
  }
  const merged: Labels = { ...was.labels };
  for (const [key, value] of Object.entries(labels)) {
    if (value === null) delete merged[key];
    else merged[key] = value;
  }
  const checked = labelsSchema.safeParse(merged);
  if (!checked.success) return refused('invalid_value', 'A node has at most 32 labels.', 'labels');
  return changed(was, { labels: checked.data, polite: polite ?? was.polite });
}

function changed(was: NodeSettings, change: Partial<NodeSettings>): SettingsChange {
  return { ok: true, settings: { ...was, ...change } };
}

function refused(code: Failure['code'], message: string, param?: string): SettingsChange {
  return { ok: false, failure: { code, message, ...(param === undefined ? {} : { param }) } };
}

import { createDeploymentSchema, type UpdateDeployment } from '@corral/contracts/http';
import { MODEL_DIGEST } from '../testing/heartbeats.js';
import { storedDeployment } from '../testing/stored-deployments.js';
import { differences, needsRevision } from './deployment-differences.pure.js';
import {
  declaredSettings,
  settingsOf,
  updatedSettings,
  type DeploymentSettings,
} from './deployment-settings.pure.js';

const MODEL = { modelDigest: MODEL_DIGEST, modelName: 'tiny.gguf' };
const FIXED = settingsOf(storedDeployment('m', { desiredReplicas: 2 }));
const SCALED: DeploymentSettings = { ...FIXED, minReplicas: 1, maxReplicas: 4 };

const declared = (fields: object, present?: number) =>
  declaredSettings(
    createDeploymentSchema.parse({ name: 'm', model: MODEL_DIGEST, ...fields }),
    MODEL,
    present,
  );
function updated(before: DeploymentSettings, update: UpdateDeployment): DeploymentSettings {
  const settings = updatedSettings(before, update, MODEL);
  if (!settings.ok) throw new Error(settings.failure.message);
  return settings.settings;
}
const changesOf = (before: DeploymentSettings, update: UpdateDeployment) =>
  differences(before, updated(before, update));

describe('a declared deployment', () => {
  it.each<[object, number | undefined, Partial<DeploymentSettings>]>([
    [{}, undefined, { desiredReplicas: 1, minReplicas: null, maxReplicas: null }],
    [{ replicas: 3 }, 1, { desiredReplicas: 3 }],
    [{ replicas: 0 }, 1, { desiredReplicas: 0 }],
    [{ minReplicas: 2, maxReplicas: 4 }, undefined, { desiredReplicas: 2 }],
    [{ minReplicas: 0, maxReplicas: 4 }, undefined, { desiredReplicas: 1, minReplicas: 0 }],
    [{ minReplicas: 1, maxReplicas: 4 }, 3, { desiredReplicas: 3 }],
    [{ minReplicas: 1, maxReplicas: 2 }, 3, { desiredReplicas: 2 }],
    [{ aliases: ['b', 'a', 'b'] }, undefined, { aliases: ['a', 'b'] }],
  ])('%j where there are %p replicas', (fields, present, settings) => {
    expect(declared(fields, present)).toMatchObject(settings);
  });

  it.each([
    [{ minReplicas: 1 }, 'go together'],
    [{ minReplicas: 2, maxReplicas: 1 }, 'at least minReplicas'],
    [{ replicas: 1, minReplicas: 1, maxReplicas: 2 }, 'a fixed number'],
  ])('cannot be %j', (fields, message) => {
    expect(() => declared(fields)).toThrow(message);
  });
});

describe('an update', () => {
  it('leaves what it does not name', () => {
    expect(updated(SCALED, {})).toEqual(SCALED);
    expect(updated(FIXED, { spec: { slots: 8 } }).spec).toEqual({ ...FIXED.spec, slots: 8 });
  });

  it.each<[string, DeploymentSettings, UpdateDeployment, Partial<DeploymentSettings>]>([
    [
      'a number makes the number fixed',
      SCALED,
      { replicas: 3 },
      { desiredReplicas: 3, minReplicas: null, maxReplicas: null },
    ],
    ['one bound keeps the other', SCALED, { maxReplicas: 8 }, { minReplicas: 1, maxReplicas: 8 }],
    ['bounds hold at once', SCALED, { minReplicas: 3 }, { desiredReplicas: 3 }],
    [
      'no bounds fix the present number',
      SCALED,
      { minReplicas: null, maxReplicas: null },
      { desiredReplicas: 2, minReplicas: null, maxReplicas: null },
    ],
    [
      'null is never',
      { ...FIXED, idleTimeoutS: 60 },
      { idleTimeoutS: null },
      { idleTimeoutS: null },
    ],
    ['null is any node', { ...FIXED, pinnedNodeId: 'a' }, { nodeId: null }, { pinnedNodeId: null }],
  ])('%s', (_, before, update, after) => {
    expect(updated(before, update)).toMatchObject(after);
  });

  it.each<[UpdateDeployment, string]>([
    [{ spec: { slots: 0 } }, 'spec.slots'],
    [{ spec: { slot: 4 } }, 'spec'],
    [{ minReplicas: 1 }, 'maxReplicas'],
    [{ replicas: 1, minReplicas: 1, maxReplicas: 2 }, 'maxReplicas'],
  ])('%j is refused, and names %s', (update, param) => {
    expect(updatedSettings(FIXED, update, MODEL)).toMatchObject({ ok: false, failure: { param } });
  });
});

describe('the difference of two settings', () => {
  it('names each field with its values', () => {
    expect(changesOf(FIXED, { spec: { slots: 8 }, aliases: ['x'], replicas: 3 })).toEqual([
      { field: 'replicas', before: 2, after: 3 },
      { field: 'aliases', before: null, after: ['x'] },
      { field: 'spec.slots', before: 4, after: 8 },
    ]);
  });

  it('does not see what scaling does, nor the order of labels', () => {
    expect(differences(SCALED, { ...SCALED, desiredReplicas: 4 })).toEqual([]);
    const labelled = (nodeLabels: Record<string, string>) => ({
      ...FIXED,
      placement: { ...FIXED.placement, nodeLabels },
    });
    expect(differences(labelled({ a: '1', b: '2' }), labelled({ b: '2', a: '1' }))).toEqual([]);
  });

  it('does not see another name of the same file', () => {
    expect(differences(FIXED, { ...FIXED, modelName: 'renamed.gguf' })).toEqual([]);
  });

  it.each<[UpdateDeployment, boolean]>([
    [{ spec: { slots: 8 } }, true],
    [{ replicas: 3, idleTimeoutS: 60, aliases: ['x'], nodeId: 'n' }, false],
    [{ spec: { slots: 4 } }, false],
  ])('%j needs a revision: %p', (update, needed) => {
    expect(needsRevision(changesOf(FIXED, update))).toBe(needed);
  });

  it('needs a revision for another model', () => {
    const other = { ...FIXED, modelDigest: 'cd'.repeat(32) };
    expect(needsRevision(differences(FIXED, other))).toBe(true);
  });
});

/** Which stored model a person means. Pure. */
import type { Failure, StoredModel } from '@corral/contracts';
import type { ChosenModel } from './deployment-settings.pure.js';

export type ModelChoice = { ok: true; model: ChosenModel } | { ok: false; failure: Failure };

/**
 * By digest, by a beginning of it that is unique (8 digits or more), or by file name.
 *
 * @param present what the deployment has now: its digest needs no machine that can be asked
 */
export function chooseModel(
  wanted: string,
  inStores: readonly StoredModel[],
  present: ChosenModel | null = null,
): ModelChoice {
  if (wanted === present?.modelDigest) {
    const { modelDigest, modelName } = present;
    return { ok: true, model: { modelDigest, modelName } };
  }
  const stored = inStores.flatMap(({ digest, fileName }) =>
    digest === null ? [] : [{ modelDigest: digest, modelName: fileName }],
  );
  const found = stored.filter(
    ({ modelDigest, modelName }) =>
      modelDigest === wanted ||
      modelName === wanted ||
      (wanted.length >= 8 && modelDigest.startsWith(wanted)),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return { ok: true, model: only };
  const names = stored.map(({ modelName }) => modelName).join(', ') || 'nothing yet';
  return {
    ok: false,
    failure: {
      code: 'not_found',
      message:
        found.length > 1
          ? `'${wanted}' fits ${found.length} models. Name one by its digest.`
          : `There is no model '${wanted}' in any store. There is: ${names}. Import one with 'corral models import PATH'.`,
      param: 'model',
    },
  };
}

/** Finds circles among feature folders, which no import circle between files need show. */

/** Folders that import each other one way: those in `src/` of these apps, and scheduling's rooms. */
const FEATURE =
  /^apps\/controller\/src\/scheduling\/[^/]+(?=\/)|^apps\/(?:controller|worker|engine|cli)\/src\/[^/]+(?=\/)/;
/** Tests may set up any feature beside their own. */
const TEST = /\.(spec|int-spec)\.ts$|\/src\/testing\//;

/**
 * @param {{ source: string, dependencies: { resolved: string }[] }[]} modules as dependency-cruiser
 *   reports them
 * @returns {{ rule: string, from: string, to: string }[]} every import between two feature folders
 *   that can reach each other; empty when the folders form no circle.
 */
export function featureCycles(modules) {
  const arrows = modules
    .filter(({ source }) => !TEST.test(source))
    .flatMap(({ source, dependencies }) =>
      dependencies.map(({ resolved }) => ({
        from: source,
        to: resolved,
        fromFeature: FEATURE.exec(source)?.[0],
        toFeature: FEATURE.exec(resolved)?.[0],
      })),
    )
    .filter(({ fromFeature, toFeature }) => fromFeature && toFeature && fromFeature !== toFeature);
  const next = new Map();
  for (const arrow of arrows) {
    next.set(arrow.fromFeature, [...(next.get(arrow.fromFeature) ?? []), arrow]);
  }
  return arrows
    .filter(({ fromFeature, toFeature }) => reaches(next, toFeature, fromFeature))
    .map(({ from, to }) => ({ rule: 'features-have-no-cycles', from, to }));
}

function reaches(next, start, goal) {
  const seen = new Set([start]);
  for (const feature of seen) {
    for (const { toFeature } of next.get(feature) ?? []) seen.add(toFeature);
  }
  return seen.has(goal);
}

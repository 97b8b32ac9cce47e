/**
 * Checks the imports of all TypeScript sources against `.dependency-cruiser.cjs`. Workspace
 * packages are followed by their built form, so the build comes first. A graph without modules or
 * dependencies is a failure too: a resolver that finds nothing would find no violation either.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cruise } from 'dependency-cruiser';
import { featureCycles } from './feature-cycles.mjs';
import { providerWords } from './provider-words.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCES = ['apps/*/src', 'libs/*/src'];

/**
 * @param {string} root of a checkout
 * @param {string[]} [sources] folders in it, as globs
 * @returns {Promise<{ modules: number, dependencies: number,
 *   violations: { rule: string, from: string, to: string }[] }>}
 */
async function checkLayers(root, sources = SOURCES) {
  const rules = createRequire(import.meta.url)(join(ROOT, '.dependency-cruiser.cjs'));
  const { options, ...ruleSet } = rules;
  const present = sources.filter(
    (source) => source.includes('*') || existsSync(join(root, source)),
  );
  const { output } = await cruise(
    present,
    {
      ...options,
      ruleSet,
      validate: true,
      baseDir: root,
    },
    options.enhancedResolveOptions,
  );
  if (typeof output === 'string') throw new Error(output);
  return {
    modules: output.summary.totalCruised,
    dependencies: output.summary.totalDependenciesCruised ?? 0,
    violations: [
      ...output.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
      ...featureCycles(output.modules),
      ...providerWords(root, output.modules),
    ],
  };
}

/** Prints what was found in a checkout (this one unless named); gives the exit code. */
async function main([root = ROOT]) {
  const { modules, dependencies, violations } = await checkLayers(root);
  if (modules === 0 || dependencies === 0) {
    console.error(`The graph is empty (${modules} modules, ${dependencies} dependencies).`);
    return 1;
  }
  for (const { rule, from, to } of violations) console.error(`${rule}: ${from} → ${to}`);
  console.log(`${modules} modules, ${dependencies} dependencies, ${violations.length} violations.`);
  return violations.length === 0 ? 0 : 1;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv.slice(2));
}

/**
 * The layers of docs/architecture.md as import rules. `scripts/check-layers.mjs` applies them, and
 * its spec plants a violation of each to prove that it bites.
 */
const TESTS = ['\\.(spec|int-spec|e2e)\\.tsx?$', '^(apps|libs)/[^/]+/src/testing/'];

/**
 * Decisions without I/O, known by their place: folders called `core`, and files called `*.pure.ts`.
 * They import each other, contracts and zod, whether for values or for types.
 */
const PURE = ['^apps/.+/core/', '\\.pure\\.ts$'];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'every-import-resolves',
      comment: 'An import that leads nowhere would escape every other rule.',
      severity: 'error',
      from: {},
      // Given to tests by jest: its own globals, and libs/testing to the tests of those libraries
      // that libs/testing itself stands on.
      to: { couldNotResolve: true, pathNot: '^@(jest/globals|corral/testing)$' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { circular: true },
    },
    {
      name: 'contracts-stand-alone',
      comment: 'Contracts are what all processes share: schemas, and nothing but zod.',
      severity: 'error',
      from: { path: '^libs/contracts/src/', pathNot: TESTS },
      to: { pathNot: ['^libs/contracts/', 'node_modules/zod/'] },
    },
    {
      name: 'libs-never-import-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-never-import-each-other',
      comment: 'They are processes: what they tell each other goes through contracts.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'database-only-in-infra',
      comment: 'Only the controller knows the database, and in it only infra/.',
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: ['^apps/controller/src/infra/', '^libs/(database|testing)/', ...TESTS],
      },
      to: { path: ['^libs/database/', 'node_modules/(@prisma/|prisma/|pg/)'] },
    },
    {
      name: 'nats-client-only-in-bus-and-infra',
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: ['^libs/(bus|testing)/', '^apps/[^/]+/src/infra/', ...TESTS],
      },
      to: { path: 'node_modules/@nats-io/' },
    },
    {
      name: 'llama-only-in-engine',
      comment: 'A failed assertion in llama.cpp ends its process: that must be an engine.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '^apps/engine/' },
      to: { path: 'node_modules/node-llama-cpp/' },
    },
    {
      name: 'console-knows-the-admin-api-only',
      severity: 'error',
      from: { path: '^apps/console/' },
      to: { path: '^libs/', pathNot: '^libs/contracts/(dist|src)/http/' },
    },
    {
      name: 'pure-files-do-nothing',
      comment: 'No Nest, no clock, no I/O: what decides can be tested without anything running.',
      severity: 'error',
      from: { path: PURE, pathNot: TESTS },
      to: { pathNot: [...PURE, '^libs/contracts/', 'node_modules/zod/'] },
    },
    {
      name: 'features-are-entered-by-their-service',
      comment:
        'Repositories and HTTP controllers of a feature are its own; the next rule has the one exception.',
      severity: 'error',
      from: { path: '^apps/controller/src/([^/]+)/', pathNot: TESTS },
      to: {
        path: '^apps/controller/src/[^/]+/.*\\.(repository|controller)\\.ts$',
        pathNot: [
          '^apps/controller/src/$1/',
          '^apps/controller/src/rollouts/rollouts.repository.ts$',
        ],
      },
    },
    {
      name: 'rollout-rows-are-written-by-fleet',
      comment: 'Beside rollouts/ itself, only fleet/ enters the repository of rollouts.',
      severity: 'error',
      from: {
        path: '^apps/controller/src/',
        pathNot: ['^apps/controller/src/(rollouts|fleet)/', ...TESTS],
      },
      to: { path: '^apps/controller/src/rollouts/rollouts.repository.ts$' },
    },
    {
      name: 'dialects-are-entered-by-their-registry',
      comment: 'A new dialect is a folder and a line in gateway/dialects.ts: nobody else knows it.',
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: ['^apps/controller/src/gateway/(dialects.ts|openai)', ...TESTS],
      },
      to: { path: '^apps/controller/src/gateway/openai' },
    },
    {
      name: 'dialects-stand-apart',
      comment: 'What dialects of one provider share is in the folder of its name.',
      severity: 'error',
      from: { path: '^apps/controller/src/gateway/(openai-[^/]+)/', pathNot: TESTS },
      to: {
        path: '^apps/controller/src/gateway/openai-',
        pathNot: '^apps/controller/src/gateway/$1/',
      },
    },
    {
      name: 'console-features-stand-apart',
      comment: 'What two features of the console share is in components/ or lib/.',
      severity: 'error',
      from: { path: '^apps/console/src/features/([^/]+)/' },
      to: { path: '^apps/console/src/features/', pathNot: '^apps/console/src/features/$1/' },
    },
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { path: TESTS, pathNot: '^libs/testing/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: '(^|/)(node_modules|dist|generated)/' },
    exclude: { path: '(^|/)(\\.next|out|coverage)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.d.ts', '.js', '.mjs', '.cjs', '.json', '.css'],
    },
  },
};

/**
 * The layers of docs/architecture.md as import rules. `scripts/check-layers.mjs` applies them, and
 * its spec plants a violation of each to prove that it bites.
 */
const TESTS = ['\\.(spec|int-spec|e2e)\\.tsx?$', '^(apps|libs)/[^/]+/src/testing/'];

/** Decisions without I/O: they may import each other and contracts, and nothing that does something. */
const PURE = [
  '-plan\\.ts$',
  'apps/cli/src/nats/(find-nats-server|nats-release)\\.ts$',
  'apps/cli/src/processes/supervision\\.ts$',
  'apps/controller/src/api-keys/key-(owner|rotation|scopes|validity|view)\\.ts$',
  'apps/controller/src/common/principal\\.ts$',
  'apps/controller/src/costs/(break-even|comparable|cost-range|cost-report|cost-views|counterfactual)\\.ts$',
  'apps/controller/src/costs/(fraction|learned-price|local-cost|model-size|node-cost|node-devices)\\.ts$',
  'apps/controller/src/costs/(price-history|sums|what-if)\\.ts$',
  'apps/controller/src/gateway/(event-queue|permitted|settlement-of|token-estimate)\\.ts$',
  'apps/controller/src/nodes/node-state\\.ts$',
  'apps/controller/src/overview/judge\\.ts$',
  'apps/controller/src/quotas/(limits-in-force|quota-counters|rate-limit-headers|refusal)\\.ts$',
  'apps/controller/src/quotas/slice-account\\.ts$',
  'apps/controller/src/rollouts/rollout-(action|gates|numbers|observation|state|step)\\.ts$',
  'apps/controller/src/scheduling/(choose-replica|fair-queue|fair-share|queue-refusals)\\.ts$',
  'apps/controller/src/scheduling/(replica-load|replica-snapshot|scheduler|tenant-lines)\\.ts$',
  'apps/controller/src/usage/(lost-settlement|message-source|spool-line|unpriced)\\.ts$',
  'apps/engine/src/generation/(detokenizer|stop-matcher|token-bytes)\\.ts$',
  'apps/engine/src/loop/(chunk-budget|slot-placement)\\.ts$',
  'apps/worker/src/generation/(delta-ring|frames)\\.ts$',
  'apps/worker/src/supervisor/(memory-check|quarantine|replica-lifecycle|restart-policy)\\.ts$',
  'apps/worker/src/supervisor/(thread-budget|watchdog)\\.ts$',
  'apps/worker/src/transfer/(byte-range|pace|source-answer|source-ledger)\\.ts$',
];

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
      to: {
        dependencyTypesNot: ['local', 'type-only', 'localmodule'],
        pathNot: ['^libs/contracts/', 'node_modules/zod/'],
      },
    },
    {
      name: 'features-are-entered-by-their-service',
      comment: 'Repositories and HTTP controllers of a feature are its own.',
      severity: 'error',
      from: { path: '^apps/controller/src/([^/]+)/', pathNot: TESTS },
      to: {
        path: '^apps/controller/src/[^/]+/.*\\.(repository|controller)\\.ts$',
        pathNot: '^apps/controller/src/$1/',
      },
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

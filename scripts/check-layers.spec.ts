import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const SCRIPT = join(import.meta.dirname, 'check-layers.mjs');

/** A checkout of the right shape that keeps every rule. */
const LAWFUL: Record<string, string> = {
  'libs/contracts/src/index.ts': `import { z } from 'zod';\nexport const id = z;\n`,
  'libs/contracts/src/http/index.ts': `export const view = 1;\n`,
  'libs/bus/src/index.ts': `export { connect } from '@nats-io/transport-node';\n`,
  'libs/database/src/index.ts': `export { PrismaClient } from '@prisma/client';\n`,
  'apps/controller/src/infra/prisma.ts': `export * from '../../../../libs/database/src/index.js';\n`,
  'apps/controller/src/usage/usage.repository.ts': `export * from '../infra/prisma.js';\n`,
  'apps/controller/src/usage/usage.service.ts': `export * from './usage.repository.js';\n`,
  'apps/controller/src/scheduling/replica-policy.ts': `import 'node:fs';\nexport const policy = 1;\n`,
  'apps/controller/src/rollouts/rollouts.repository.ts': `export const rows = 1;\n`,
  'apps/controller/src/gateway/openai/errors.ts': `export const field = 'max_tokens';\n`,
  'apps/controller/src/gateway/openai-completions/b.ts': `export const b = 1;\n`,
  'apps/console/src/features/deployments/view.ts': `export const view = 1;\n`,
  'apps/controller/src/scheduling/core/entry.ts': `export type { id } from '../../../../../libs/contracts/src/index.js';\n`,
  'apps/engine/src/main.ts': `export { getLlama } from 'node-llama-cpp';\n`,
  'apps/worker/src/main.ts': `export * from '../../../libs/bus/src/index.js';\n`,
  'apps/console/src/main.ts': `export * from '../../../libs/contracts/src/http/index.js';\n`,
  ...installed('zod'),
  ...installed('@nestjs/common'),
  ...installed('@nats-io/transport-node'),
  ...installed('@prisma/client'),
  ...installed('node-llama-cpp'),
};

function installed(name: string): Record<string, string> {
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, main: 'index.js' }),
    [`node_modules/${name}/index.js`]: '',
  };
}

function check(planted: Record<string, string>): { status: number | null; output: string } {
  const root = mkdtempSync(join(tmpdir(), 'layers-'));
  try {
    for (const [path, text] of Object.entries({ ...LAWFUL, ...planted })) {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, root], {
      encoding: 'utf8',
    });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const VIOLATIONS: [rule: string, file: string, target: string][] = [
  ['every-import-resolves', 'apps/worker/src/a.ts', './nowhere.js'],
  ['contracts-stand-alone', 'libs/contracts/src/a.ts', 'node:fs'],
  ['libs-never-import-apps', 'libs/bus/src/a.ts', '../../../apps/worker/src/main.js'],
  ['apps-never-import-each-other', 'apps/worker/src/b.ts', '../../engine/src/main.js'],
  ['database-only-in-infra', 'apps/worker/src/c.ts', '../../../libs/database/src/index.js'],
  ['database-only-in-infra', 'apps/controller/src/usage/a.ts', '@prisma/client'],
  ['nats-client-only-in-bus-and-infra', 'apps/worker/src/d.ts', '@nats-io/transport-node'],
  ['llama-only-in-engine', 'apps/worker/src/e.ts', 'node-llama-cpp'],
  [
    'console-knows-the-admin-api-only',
    'apps/console/src/a.ts',
    '../../../libs/contracts/src/index.js',
  ],
  ['pure-files-do-nothing', 'apps/controller/src/scheduling/core/a.ts', 'node:fs'],
  ['pure-files-do-nothing', 'apps/controller/src/nodes/nodes.pure.ts', '@nestjs/common'],
  [
    'pure-files-do-nothing',
    'apps/controller/src/scheduling/core/scheduler.ts',
    '../replica-policy.js',
  ],
  [
    'pure-files-do-nothing',
    'apps/controller/src/scheduling/core/b.ts',
    '../../usage/usage.service.js',
  ],
  [
    'console-features-stand-apart',
    'apps/console/src/features/nodes/a.ts',
    '../deployments/view.js',
  ],
  [
    'rollout-rows-are-written-by-fleet',
    'apps/controller/src/usage/b.ts',
    '../rollouts/rollouts.repository.js',
  ],
  [
    'features-are-entered-by-their-service',
    'apps/controller/src/scheduling/a.ts',
    '../usage/usage.repository.js',
  ],
  ['no-cycles', 'apps/engine/src/a.ts', './a.js'],
  [
    'dialects-are-entered-by-their-registry',
    'apps/controller/src/usage/d.ts',
    '../gateway/openai/errors.js',
  ],
  [
    'dialects-are-entered-by-their-registry',
    'apps/engine/src/b.ts',
    '../../controller/src/gateway/openai/errors.js',
  ],
  [
    'dialects-stand-apart',
    'apps/controller/src/gateway/openai-chat/a.ts',
    '../openai-completions/b.js',
  ],
];

describe('The check of the layers', () => {
  it('passes a tree that keeps the rules', () => {
    expect(check({})).toMatchObject({
      status: 0,
      output: expect.stringContaining(' 0 violations'),
    });
  });

  describe('given one violation of each kind', () => {
    let result: ReturnType<typeof check>;
    beforeAll(() => {
      result = check(
        Object.fromEntries(
          VIOLATIONS.map(([, file, target]) => [file, `export * from '${target}';\n`]),
        ),
      );
    });

    it.each(VIOLATIONS)('%s refuses %s importing %s', (rule, file) => {
      expect(result.output).toContain(`${rule}: ${file}`);
    });

    it('fails', () => {
      expect(result.status).toBe(1);
    });
  });

  it('refuses two features that import each other through different files', () => {
    const result = check({
      'apps/controller/src/usage/reports.ts': `export * from '../costs/price.js';\n`,
      'apps/controller/src/costs/price.ts': `export const price = 1;\n`,
      'apps/controller/src/costs/sums.ts': `import type { service } from '../usage/usage.service.js';\nexport type S = typeof service;\n`,
    });

    expect(result.output).toContain('features-have-no-cycles: apps/controller/src/costs/sums.ts');
    expect(result.output).toContain(
      'features-have-no-cycles: apps/controller/src/usage/reports.ts',
    );
  });

  it.each(['worker', 'engine', 'cli'])('refuses two folders of the %s in a circle', (app) => {
    const result = check({
      [`apps/${app}/src/left/a.ts`]: `export * from '../right/b.js';\n`,
      [`apps/${app}/src/right/b.ts`]: `export const b = 1;\n`,
      [`apps/${app}/src/right/c.ts`]: `import type { d } from '../left/d.js';\nexport type C = typeof d;\n`,
      [`apps/${app}/src/left/d.ts`]: `export const d = 1;\n`,
    });

    expect(result.output).toContain(`features-have-no-cycles: apps/${app}/src/left/a.ts`);
    expect(result.output).toContain(`features-have-no-cycles: apps/${app}/src/right/c.ts`);
  });

  it('refuses the name of a provider’s field outside its dialect', () => {
    const result = check({ 'apps/engine/src/limits.ts': `export const why = 'max_tokens';\n` });

    expect(result.output).toContain(
      'provider-words-stay-in-their-dialect: apps/engine/src/limits.ts → max_tokens',
    );
    expect(result.status).toBe(1);
  });

  it('sees imports of types, which leave no trace in the compiled code', () => {
    const result = check({
      'apps/worker/src/a.ts': `import type { Llama } from 'node-llama-cpp';\nexport type A = Llama;\n`,
    });

    expect(result.output).toContain('llama-only-in-engine: apps/worker/src/a.ts');
  });

  it('fails when it finds no modules at all', () => {
    const root = mkdtempSync(join(tmpdir(), 'layers-'));
    mkdirSync(join(root, 'apps/empty/src'), { recursive: true });
    mkdirSync(join(root, 'libs/empty/src'), { recursive: true });
    try {
      const { status } = spawnSync(process.execPath, [SCRIPT, root]);
      expect(status).not.toBe(0);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});

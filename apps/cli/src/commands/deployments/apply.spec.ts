import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdminServer } from '../../testing/admin-server.js';
import { runCorral } from '../../testing/run-corral.js';
import { deployment } from '../../testing/views.js';

const unchanged = { rollout: false, fields: [], placedOn: [], missing: null };

describe('corral apply and export', () => {
  let server: AdminServer;
  let folder: string;
  let file: string;
  beforeEach(async () => {
    server = await AdminServer.start();
    folder = await mkdtemp(join(tmpdir(), 'corral-apply-'));
    file = join(folder, 'd.yaml');
    server.answer('GET /deployments', { data: [deployment(), deployment({ name: 'chat' })] });
  });
  afterEach(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('sends what export has written, and says what was done', async () => {
    await writeFile(file, (await runCorral(server, 'export')).output);
    const changes = [
      { ...unchanged, name: 'coder', action: 'unchanged' },
      { ...unchanged, name: 'chat', action: 'create', missing: 'no room' },
    ];
    server.answer('POST /apply', { dryRun: false, changes });
    const { output } = await runCorral(server, 'apply', '-f', file, '--prune');

    expect(output.split('\n')).toEqual([
      '= coder: unchanged',
      '+ chat: create',
      '    not all of it has a place: no room',
      '1 created, 0 changed, 0 removed, 1 unchanged.',
    ]);
    expect(server.changes[0]?.body).toMatchObject({
      documents: [{ apiVersion: 'corral/v1', deployments: [{ name: 'coder' }, { name: 'chat' }] }],
      dryRun: false,
      prune: true,
    });
  });

  it('says that a dry run has done nothing', async () => {
    await writeFile(file, (await runCorral(server, 'export', 'coder')).output);
    const changes = [{ ...unchanged, name: 'coder', action: 'remove' }];
    server.answer('POST /apply', { dryRun: true, changes });
    const { output } = await runCorral(server, 'apply', '-f', file, '--dry-run');
    expect(output).toContain(
      '1 to remove, 0 unchanged. Nothing is done yet: leave out --dry-run to do it.',
    );
  });

  it('shows a refusal with file and line', async () => {
    await writeFile(file, (await runCorral(server, 'export')).output);
    const param = 'documents[0].deployments[1].model';
    const error = { code: 'not_found', message: `${param}: There is no model.`, param };
    server.answer('POST /apply', { error }, 404);
    const ran = await runCorral(server, 'apply', '-f', file);
    expect(ran.error?.message).toMatch(
      /d\.yaml:\d+: deployment 'chat', model: There is no model\.$/,
    );
  });

  it('asks nobody about a file that is wrong or not there', async () => {
    await writeFile(file, 'apiVersion: corral/v1\ndeployments: [{ name: a }]\n');
    expect((await runCorral(server, 'apply', '-f', file)).error?.message).toContain(':2: ');
    const missing = await runCorral(server, 'apply', '-f', join(folder, 'none.yaml'));
    expect(missing.error?.message).toContain('none.yaml cannot be read');
    expect(server.asked).toEqual([]);
  });

  it('exports JSON too, and only what is named', async () => {
    const { output } = await runCorral(server, 'export', 'chat', '--json');
    expect(JSON.parse(output)).toMatchObject({ deployments: [{ name: 'chat' }] });
    expect((await runCorral(server, 'export', 'nobody')).error?.message).toContain("'nobody'");
  });
});

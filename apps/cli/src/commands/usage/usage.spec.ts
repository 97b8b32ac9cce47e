import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerCheck, UsageReport } from '@corral/contracts/http';
import { EXIT } from '../../cli-error.js';
import { AdminServer } from '../../testing/admin-server.js';
import { runCorral } from '../../testing/run-corral.js';
import { key, node, overview, sums, team, user } from '../../testing/views.js';

const report: UsageReport = {
  from: '2026-11-01T00:00:00.000Z',
  to: '2026-12-01T00:00:00.000Z',
  data: [
    { ...sums(), bucketStart: '2026-11-01T00:00:00.000Z', group: { id: 't-1', name: 'research' } },
    {
      ...sums({ comparedRequests: 0, localMicrodollars: 3_100 }),
      bucketStart: '2026-11-02T00:00:00.000Z',
      group: null,
    },
  ],
  total: sums({ requests: 2_400 }),
};
const check: LedgerCheck = {
  checkedAt: '2026-11-24T08:30:00.000Z',
  ok: true,
  rows: 12_345,
  differences: [],
  waiting: 1,
};

describe('corral usage', () => {
  let server: AdminServer;
  beforeEach(async () => {
    server = await AdminServer.start();
    server.answer('GET /teams', { data: [team()] });
    server.answer('GET /users', { data: [user()] });
    server.answer('GET /keys', { data: [key()] });
    server.answer('GET /overview', overview([node()]));
    server.answer('GET /usage', report);
    server.answer('GET /usage/export', 'request_id,tokens\nr-1,7\n');
    server.answer('GET /usage/check', check);
  });
  afterEach(async () => {
    process.exitCode = undefined;
    await server.stop();
  });

  const queryOf = (route: string): Record<string, string> => {
    const path = server.asked.map((asked) => asked.path).find((p) => p.startsWith(route)) ?? '';
    return Object.fromEntries(new URL(path, server.url).searchParams);
  };

  it('asks for sums of what is named', async () => {
    const range = ['--from', '2026-11', '--to', '2026-11-24T08:30+01:00'];
    const filter = ['--team', 'research', '--user', 'ada@example.com', '--key', 'ci'];

    await runCorral(
      server,
      ...['usage', '--by', 'deployment', '--bucket', 'day', ...range, ...filter],
      ...['--node', 'gpu-1', '--deployment', 'team/coder'],
    );

    expect(queryOf('/usage')).toEqual({
      groupBy: 'deployment',
      bucket: 'day',
      from: '2026-11-01T00:00:00.000Z',
      to: '2026-11-24T07:30:00.000Z',
      teamId: 't-1',
      userId: 'u-1',
      keyId: 'k-1',
      nodeId: 'n-1',
      deployment: 'team/coder',
    });
  });

  it('shows a line for each bucket and group, and the total', async () => {
    const { output } = await runCorral(server, 'usage', '--by', 'team', '--bucket', 'day');
    const lines = output.split('\n').map((line) => line.replace(/ +/g, ' '));

    expect(lines).toEqual([
      'From 2026-11-01T00:00Z to 2026-12-01T00:00Z, tokens and dollars:',
      '',
      'DAY TEAM REQUESTS FAILED CANCELLED PROMPT CACHED COMPLETION COST CLOUD AVOIDED',
      '2026-11-01 research 1,200 3 2 1,000,000 250,000 80,000 $1.50 $4.00 $2.60',
      '2026-11-02 none 1,200 3 2 1,000,000 250,000 80,000 $0.0031 - -',
      'total 2,400 3 2 1,000,000 250,000 80,000 $1.50 $4.00 $2.60',
    ]);
  });

  it('gives scripts the figures of the API', async () => {
    expect(JSON.parse((await runCorral(server, 'usage', '--json')).output)).toEqual(report);
  });

  it('exports the ledger to standard output, with nothing else', async () => {
    const { output } = await runCorral(server, 'usage', 'export', '--team', 'research');

    expect(output).toBe('request_id,tokens\nr-1,7');
    expect(queryOf('/usage/export')).toEqual({ format: 'csv', teamId: 't-1' });
  });

  it('exports JSON when JSON is asked for', async () => {
    await runCorral(server, 'usage', 'export', '--json');

    expect(queryOf('/usage/export')).toEqual({ format: 'json' });
  });

  it('exports the ledger to a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'export-'));
    const file = join(folder, 'rows.csv');

    const { output } = await runCorral(server, 'usage', 'export', '--output', file);

    expect(output).toBe(`Wrote ${file}, 24 B.`);
    expect(readFileSync(file, 'utf8')).toBe('request_id,tokens\nr-1,7\n');
    rmSync(folder, { recursive: true });
  });

  it('shows the reason when an export is refused', async () => {
    const message = 'At most 400 days.';
    server.answer('GET /usage/export', { error: { code: 'invalid_request', message } }, 400);

    const { error, output } = await runCorral(server, 'usage', 'export');

    expect([error, output]).toEqual([expect.objectContaining({ message }), '']);
  });

  it('says that all sums agree', async () => {
    const { output } = await runCorral(server, 'usage', 'check');

    expect(output).toBe(
      'All sums agree: 12,345 ledger rows, checked 2026-11-24T08:30Z; ' +
        '1 settled request not yet in the ledger.',
    );
    expect(process.exitCode).toBeUndefined();
  });

  it('says which sums differ, and ends with an exit code', async () => {
    const where = '2026-11-24T07';
    const difference = { what: 'rollup', where, field: 'promptTokens', ledger: 1_000, other: 900 };
    server.answer('GET /usage/check', { ...check, ok: false, differences: [difference] });

    const { output } = await runCorral(server, 'usage', 'check');

    expect(output).toMatch(/^rollup +2026-11-24T07 +promptTokens +1,000 +900$/m);
    expect(process.exitCode).toBe(EXIT.fault);
  });

  it('rebuilds the sums', async () => {
    server.answer('POST /usage/rebuild', { rows: 1_500 }, 201);

    const { output } = await runCorral(server, 'usage', 'rebuild');

    expect(output).toBe('Made 1,500 rows of sums.');
  });
});

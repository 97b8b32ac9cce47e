import { NO_LIMITS, type QuotaView } from '@corral/contracts/http';
import { EXIT } from '../../cli-error.js';
import { AdminServer } from '../../testing/admin-server.js';
import { runCorral } from '../../testing/run-corral.js';
import { key, team, user } from '../../testing/views.js';
import { quotaTable } from './quota-table.js';

const subject = { kind: 'team', id: 't-1', name: 'research' } as const;

const view: QuotaView = {
  subject,
  limits: {
    ...NO_LIMITS,
    tokensPerDay: 2_000_000,
    microdollarsPerMonth: 50_000_000,
    maxOutputTokens: 4096,
    allowedModels: ['qwen3', 'coder'],
    priority: 'agent',
  },
  use: [
    {
      subject,
      metric: 'tokens',
      window: 'day',
      limit: 2_000_000,
      used: 1_500_000,
      reserved: 20_000,
      resetsAt: '2026-11-25T00:00:00.000Z',
    },
    {
      subject,
      metric: 'microdollars',
      window: 'month',
      limit: 50_000_000,
      used: 51_250_000,
      reserved: 0,
      resetsAt: '2026-12-01T00:00:00.000Z',
    },
  ],
};

describe('corral quota', () => {
  let server: AdminServer;
  beforeEach(async () => {
    server = await AdminServer.start();
    server.answer('GET /teams', { data: [team()] });
    server.answer('GET /users', { data: [user()] });
    server.answer('GET /keys', { data: [key()] });
    server.answer('GET /quotas', { data: [view] });
  });
  afterEach(() => server.stop());

  it.each([
    ['organisation', 'organisation/organisation'],
    ['team:research', 'team/t-1'],
    ['user:ada@example.com', 'user/u-1'],
    ['key:ci', 'key/k-1'],
  ])('shows the limits of %s', async (text, path) => {
    server.answer(`GET /quotas/${path}`, view);

    const { output } = await runCorral(server, 'quota', 'show', text, '--json');

    expect(JSON.parse(output)).toEqual(view);
  });

  it('shows all limits when nobody is named', async () => {
    expect((await runCorral(server, 'quota', 'show')).output).toContain('team:research');
  });

  it('sets what is named, exactly, and leaves the rest', async () => {
    server.answer('PATCH /quotas/team/t-1', view);
    const limits = ['--requests-per-minute', '60', '--tokens-per-minute', '10k'];
    const money = ['--dollars-per-day', '2.01', '--concurrent-requests', 'none'];
    const sizes = ['--max-context', '32k', '--max-output', 'none', '--all-models'];

    await runCorral(server, 'quota', 'set', 'team:research', ...limits, ...money, ...sizes);

    expect(server.changes).toEqual([
      {
        method: 'PATCH',
        path: '/quotas/team/t-1',
        body: {
          requestsPerMinute: 60,
          tokensPerMinute: 10_000,
          microdollarsPerDay: 2_010_000,
          concurrentRequests: null,
          maxContextTokens: 32_000,
          maxOutputTokens: null,
          allowedModels: null,
        },
      },
    ]);
  });

  it('takes all limits away', async () => {
    server.answer('PATCH /quotas/key/k-1', { ...view, limits: NO_LIMITS, use: [] });

    const { output } = await runCorral(server, 'quota', 'clear', 'key:3f8c2a1b');

    expect(server.changes[0]?.body).toEqual(NO_LIMITS);
    expect(output).toContain('No limits.');
  });

  it('changes nothing when no limit is named', async () => {
    const { error } = await runCorral(server, 'quota', 'set', 'organisation');

    expect(error).toMatchObject({ exitCode: EXIT.usage });
    expect(server.changes).toEqual([]);
  });

  it.each([
    [['--dollars-per-day', '$5'], /no \$ sign/],
    [['--tokens-per-day', 'lots'], /10k.*Or it is "none"/s],
    [['--max-output', '0'], /1 or more/],
    [['--priority', 'urgent'], /interactive, agent, batch/],
    [['--all-models', '--allow-model', 'a'], /cannot be used with/],
  ])('refuses %p', async (args, message) => {
    const { error } = await runCorral(server, 'quota', 'set', 'organisation', ...args);

    expect(error?.message).toMatch(message);
  });
});

describe('The table of limits', () => {
  const lines = quotaTable([view]).split('\n');

  it('has what was used of a limit, what is set aside and what is left', () => {
    expect(lines[1]).toMatch(
      /^team:research +tokens per day +2,000,000 +1,500,000 +20,000 +480,000 +2026-11-25T00:00Z$/,
    );
  });

  it('shows money in dollars, and nothing left of what is overspent', () => {
    expect(lines[2]).toMatch(/dollars per month +\$50.00 +\$51.25 +\$0.00 +\$0.00 +2026-12-01/);
  });

  it('ends with the limits of which nothing is counted', () => {
    expect(lines.slice(3).map((line) => line.replace(/ +/g, ' '))).toEqual([
      'team:research max output 4,096',
      'team:research allowed models qwen3, coder',
      'team:research priority agent',
    ]);
  });
});

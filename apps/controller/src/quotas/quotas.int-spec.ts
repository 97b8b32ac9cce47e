import { randomUUID } from 'node:crypto';
import { NO_LIMITS, type Limits, type QuotaWindow } from '@corral/contracts/http';
import { until } from '@corral/testing';
import { FailureException } from '../common/failure-exception.pure.js';
import { settledRequest } from '../testing/settled-requests.js';
import { keyOf, QuotaController } from '../testing/test-controllers.js';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { LedgerRepository } from '../ledger/ledger.repository.js';
import type { Admission } from './leases/admission.js';
import { windowAt } from './quota-counters.pure.js';
import { LeasesRepository } from './leases/leases.repository.js';

/** Rounds of the race for a limit; `CORRAL_QUOTA_ROUNDS=1000` for the long run. */
const ROUNDS = Number(process.env.CORRAL_QUOTA_ROUNDS ?? 200);
/** Rounds that run at the same time, each with a limit of its own. */
const AT_ONCE = 20;
const EXPECTED = { deployment: 'tiny', promptTokens: 60, outputTokens: 40 };

describe('limits on two controllers', () => {
  let servers: TestServers;
  let controllers: [QuotaController, QuotaController];

  beforeAll(async () => {
    servers = await startServers();
    controllers = [await QuotaController.start(servers), await QuotaController.start(servers)];
  });
  afterAll(async () => {
    for (const controller of controllers) await controller.stop();
    await servers.remove();
  });

  async function limit(id: string, limits: Partial<Limits>): Promise<void> {
    await controllers[0].prisma.client.quota.create({
      data: { subjectKind: 'key', subjectId: id, limits: { ...NO_LIMITS, ...limits } },
    });
  }

  /** Those that were let in; the codes of those that were not. */
  async function race(
    keyId: string,
    requests: number,
  ): Promise<{ admitted: Admission[]; codes: string[] }> {
    const key = keyOf(keyId);
    const outcomes = await Promise.allSettled(
      Array.from({ length: requests }, async (_, at) => {
        const controller = controllers[at % 2] as QuotaController;
        return controller.quotas.admit(key, EXPECTED);
      }),
    );
    return {
      admitted: outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
      codes: outcomes.flatMap((one) =>
        one.status === 'rejected' ? [(one.reason as FailureException).failure.code] : [],
      ),
    };
  }

  /** How many were let in, in each window that the race fell into. */
  const perWindow = (window: QuotaWindow, admitted: readonly Admission[]): number[] => {
    const counts = new Map<number, number>();
    for (const { at } of admitted) {
      const start = windowAt(window, at).start?.getTime() ?? 0;
      counts.set(start, (counts.get(start) ?? 0) + 1);
    }
    return [...counts.values()];
  };

  const endAll = (admitted: readonly Admission[]): void => {
    for (const admission of admitted) {
      admission.settle({ requests: 0, tokens: 0, microdollars: 0, concurrent_requests: 0 });
    }
  };

  describe.each([
    ['requests a minute', 'minute', { requestsPerMinute: 10 }, 'rate_limit_exceeded'],
    ['requests at the same time', 'now', { concurrentRequests: 10 }, 'rate_limit_exceeded'],
    ['tokens a minute', 'minute', { tokensPerMinute: 1_000 }, 'rate_limit_exceeded'],
    ['tokens a day', 'day', { tokensPerDay: 1_050 }, 'insufficient_quota'],
    ['money a month', 'month', { microdollarsPerMonth: 1_099 }, 'insufficient_quota'],
  ] as const)('of %s', (_name, window, limits, code) => {
    it(`let exactly 10 of 100 parallel requests in, in each of ${ROUNDS} rounds`, async () => {
      const ids = Array.from({ length: ROUNDS }, () => randomUUID());
      for (const id of ids) await limit(id, limits);
      for (const { policies } of controllers) await policies.refresh();
      while (ids.length > 0) {
        await Promise.all(
          ids.splice(0, AT_ONCE).map(async (id) => {
            const { admitted, codes } = await race(id, 100);
            const counts = perWindow(window, admitted);
            // A window may end in the middle of a race; the next one has a limit of its own, and
            // perhaps only a few of the requests.
            expect(Math.max(...counts)).toBe(10);
            if (counts.length === 1) expect(admitted).toHaveLength(10);
            expect(new Set(codes)).toEqual(new Set([code]));
            endAll(admitted);
          }),
        );
      }
    });
  });

  it('of several kinds at once are met exactly, whichever binds', async () => {
    const id = randomUUID();
    await limit(id, { requestsPerMinute: 20, concurrentRequests: 15, tokensPerDay: 700 });
    for (const { policies } of controllers) await policies.refresh();
    const { admitted } = await race(id, 100);
    expect(admitted).toHaveLength(7);
  });

  it('that are large are met exactly too, though slices were leased ahead', async () => {
    const id = randomUUID();
    await limit(id, { tokensPerDay: 100_000 });
    for (const { policies } of controllers) await policies.refresh();
    let admitted = 0;
    for (let wave = 0; wave < 30; wave += 1) admitted += (await race(id, 50)).admitted.length;
    expect(admitted).toBe(1_000);
  });

  it('find what another controller does not need', async () => {
    const id = randomUUID();
    await limit(id, { tokensPerDay: 1_000 });
    for (const { policies } of controllers) await policies.refresh();
    const [first, second] = controllers;
    const all = await Promise.all(
      Array.from({ length: 10 }, async () => await first.quotas.admit(keyOf(id), EXPECTED)),
    );
    // Used less than was set aside: the rest lies in the first one's slice.
    for (const one of all) {
      one.settle({ requests: 1, tokens: 10, microdollars: 0, concurrent_requests: 0 });
    }
    expect(await second.quotas.admit(keyOf(id), EXPECTED)).toBeDefined();
  });

  it('count what was used before they were set', async () => {
    const id = randomUUID();
    const [controller] = controllers;
    const ledger = new LedgerRepository(controller.prisma);
    const used = settledRequest({ requestId: `req_${id}`, keyId: id, completionTokens: 840 });
    await ledger.write({ opened: [], orphaned: [], settled: [used] });
    await limit(id, { tokensPerDay: 1_000 });
    for (const { policies } of controllers) await policies.refresh();
    // 850 are used, so 100 more fit and 200 do not.
    const { admitted, codes } = await race(id, 2);
    expect([admitted.length, codes]).toEqual([1, ['insufficient_quota']]);
  });

  it('cut a running request only when its budget is used up', async () => {
    const id = randomUUID();
    await limit(id, { tokensPerDay: 400, tokensPerMinute: 120 });
    const [controller] = controllers;
    await controller.policies.refresh();
    const admission = await controller.quotas.admit(keyOf(id), EXPECTED);
    const failures: string[] = [];
    admission.onExhausted = ({ code }) => failures.push(code);
    // Another 256 are set aside at once; the minute's limit does not stop a running stream.
    admission.reached(100);
    await until('the next step', async () => {
      const [row] = await controller.prisma.client.quotaLease.findMany({
        where: { counterId: { startsWith: `key/${id}/tokens/day` } },
      });
      // And a little ahead.
      return row !== undefined && row.amount >= 356n;
    });
    admission.reached(340);
    await until('the end of the budget', async () => {
      admission.reached(357);
      return failures.length > 0;
    });
    expect(failures).toEqual(['insufficient_quota']);
  });

  it('lease nothing to a controller that asked too long ago to hear of it', async () => {
    const [{ prisma, identity }] = controllers;
    const counter = `key/${randomUUID()}/tokens/day/2026-11-24`;
    const until = new Date(Date.now() - 1_000);
    const want = { counter, want: 1, limit: 10, until, expiresAt: null };

    await expect(
      new LeasesRepository(prisma).take(identity.controllerId, [want]),
    ).rejects.toThrow();

    expect(await prisma.client.quotaLease.count({ where: { counterId: counter } })).toBe(0);
  });

  it('go on without the database, each controller with its share of what is left', async () => {
    const id = randomUUID();
    await until('each to know of the other', () => controllers.every(({ known }) => known === 2));
    await limit(id, { tokensPerDay: 2_000, concurrentRequests: 50 });
    for (const { policies } of controllers) await policies.refresh();
    await race(id, 2);
    await servers.postgres.stop();
    try {
      const { admitted, codes } = await race(id, 40);
      // 18 fit into what was left, and nobody gives out what is another's.
      expect(admitted.length).toBeGreaterThan(10);
      expect(admitted.length).toBeLessThanOrEqual(18);
      expect(new Set(codes)).toEqual(new Set(['insufficient_quota']));
    } finally {
      await servers.postgres.start();
    }
  });
});

import type { Overview } from '@corral/contracts/http';
import { INITIAL_OVERVIEW_STATE, reduceOverview } from './overview-state';

const OVERVIEW: Overview = {
  status: 'ready',
  problems: [],
  version: '0.1.0',
  nodes: [],
  deployments: [],
  rates: { requestsPerSecond: 2, tokensPerSecond: 80, running: 1, waiting: 0, ttftP50Ms: null },
};

const sampled = (atMs: number, overview = OVERVIEW) =>
  ({ type: 'sampled', overview, atMs }) as const;

describe('the state of the overview', () => {
  it('is the newest sample and when it came', () => {
    const state = reduceOverview(INITIAL_OVERVIEW_STATE, sampled(500));
    expect(state.overview).toBe(OVERVIEW);
    expect(state.receivedAtMs).toBe(500);
  });

  it('keeps each figure since the page was opened, missing ones as null', () => {
    const busier = { ...OVERVIEW, rates: { ...OVERVIEW.rates, running: 4, ttftP50Ms: 120 } };
    const state = [sampled(0), sampled(1_000, busier)].reduce(
      reduceOverview,
      INITIAL_OVERVIEW_STATE,
    );
    expect(state.series.running.map((sample) => sample.value)).toEqual([1, 4]);
    expect(state.series.ttftP50Ms.map((sample) => sample.value)).toEqual([null, 120]);
  });

  it('keeps the last sample while the controller is away', () => {
    const away = { type: 'failed', failure: { kind: 'unreachable' } } as const;
    const state = [sampled(0), away].reduce(reduceOverview, INITIAL_OVERVIEW_STATE);
    expect(state.overview).toBe(OVERVIEW);
    expect(state.failure).toEqual({ kind: 'unreachable' });
  });

  it('forgets a failure at the next sample', () => {
    const failed = reduceOverview(INITIAL_OVERVIEW_STATE, {
      type: 'failed',
      failure: { kind: 'unreadable' },
    });
    expect(reduceOverview(failed, sampled(0)).failure).toBeNull();
  });

  it('follows the connection without touching the sample', () => {
    const lost = { type: 'connection-changed', connection: 'lost' } as const;
    const state = [sampled(0), lost].reduce(reduceOverview, INITIAL_OVERVIEW_STATE);
    expect(state).toMatchObject({ connection: 'lost', receivedAtMs: 0 });
  });
});

/**
 * What the overview page knows, as a pure reducer: the newest sample, when it came, how the feed
 * is, and the load since the page was opened.
 */
import type { Overview } from '@corral/contracts/http';
import type { ApiFailure } from '../../lib/api-client';
import type { FeedConnection } from '../../lib/liveness';
import { withSample, type Sample } from '../../lib/time-series';

/** The figures that have a sparkline. */
export const LOAD_FIGURES = [
  'requestsPerSecond',
  'tokensPerSecond',
  'running',
  'ttftP50Ms',
] as const;
export type LoadFigure = (typeof LOAD_FIGURES)[number];
export type LoadSeries = Record<LoadFigure, readonly Sample[]>;

export interface OverviewState {
  /** Null until the first sample. */
  overview: Overview | null;
  /** On the page's monotonic clock; null until the first sample. */
  receivedAtMs: number | null;
  connection: FeedConnection;
  /** The last failure that no sample has followed. */
  failure: ApiFailure | null;
  series: LoadSeries;
}

export type OverviewEvent =
  | { type: 'sampled'; overview: Overview; atMs: number }
  | { type: 'connection-changed'; connection: FeedConnection }
  | { type: 'failed'; failure: ApiFailure };

export const INITIAL_OVERVIEW_STATE: OverviewState = {
  overview: null,
  receivedAtMs: null,
  connection: 'opening',
  failure: null,
  series: { requestsPerSecond: [], tokensPerSecond: [], running: [], ttftP50Ms: [] },
};

export function reduceOverview(state: OverviewState, event: OverviewEvent): OverviewState {
  switch (event.type) {
    case 'sampled':
      return {
        ...state,
        overview: event.overview,
        receivedAtMs: event.atMs,
        failure: null,
        series: extended(state.series, event.overview.rates, event.atMs),
      };
    case 'connection-changed':
      return { ...state, connection: event.connection };
    case 'failed':
      return { ...state, failure: event.failure };
  }
}

function extended(series: LoadSeries, rates: Overview['rates'], atMs: number): LoadSeries {
  const next = (figure: LoadFigure) => withSample(series[figure], { atMs, value: rates[figure] });
  return {
    requestsPerSecond: next('requestsPerSecond'),
    tokensPerSecond: next('tokensPerSecond'),
    running: next('running'),
    ttftP50Ms: next('ttftP50Ms'),
  };
}

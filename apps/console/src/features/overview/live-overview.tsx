'use client';
import { createContext, useContext, useEffect, useReducer, type ReactNode } from 'react';
import { LiveFeed } from '../../lib/live-feed';
import { livenessOf, STALE_AFTER_MS, type Liveness } from '../../lib/liveness';
import { useNow } from '../../lib/use-now';
import { overviewPorts } from './api/overview-ports';
import { INITIAL_OVERVIEW_STATE, reduceOverview, type OverviewState } from './overview-state';

const AGE_STEP_MS = 1_000;

export interface LiveOverview extends OverviewState {
  liveness: Liveness;
  /** Age of the sample in milliseconds; 0 before the first. */
  ageMs: number;
}

const LiveOverviewContext = createContext<LiveOverview | null>(null);

export interface LiveOverviewProviderProps {
  /** The session ended. A stable function. */
  onUnauthorized: () => void;
  children: ReactNode;
}

/** One feed per tab, for everything below it. */
export function LiveOverviewProvider({ onUnauthorized, children }: LiveOverviewProviderProps) {
  const [state, dispatch] = useReducer(reduceOverview, INITIAL_OVERVIEW_STATE);
  const nowMs = useNow(AGE_STEP_MS);

  useEffect(() => {
    const feed = new LiveFeed(
      overviewPorts,
      {
        onValue: (overview) => dispatch({ type: 'sampled', overview, atMs: performance.now() }),
        onConnection: (connection) => dispatch({ type: 'connection-changed', connection }),
        onFailure: (failure) => dispatch({ type: 'failed', failure }),
        onUnauthorized,
      },
      STALE_AFTER_MS,
    );
    feed.start();
    return () => feed.stop();
  }, [onUnauthorized]);

  // The clock ticks once a second, so a sample may be younger than its last tick.
  const ageMs = state.receivedAtMs === null ? null : Math.max(0, nowMs - state.receivedAtMs);
  const liveness = livenessOf(state.connection, ageMs);
  return (
    <LiveOverviewContext value={{ ...state, liveness, ageMs: ageMs ?? 0 }}>
      {children}
    </LiveOverviewContext>
  );
}

/** The cluster as last heard of. Throws outside its provider. */
export function useLiveOverview(): LiveOverview {
  const live = useContext(LiveOverviewContext);
  if (live === null) throw new Error('useLiveOverview needs a LiveOverviewProvider above it');
  return live;
}

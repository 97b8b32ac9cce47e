/**
 * Ctrl-C and its kin: the first asks for an orderly end, a second one for an end at once.
 * npm passes a terminal's Ctrl-C on to a process that the terminal has told already, so that one
 * press arrives twice; what follows within half a second counts as the same.
 */
const SAME_PRESS_MS = 500;
const NAMES: NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGBREAK'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];

export interface StopSignals {
  /** Aborted by the first signal. */
  readonly stop: AbortSignal;
  /** Lets signals end this process as usual again. */
  close(): void;
}

/** @param onSecond is called for each further press */
export function listenForStop(onSecond: () => void): StopSignals {
  const controller = new AbortController();
  let lastMs = -Infinity;
  const onSignal = (): void => {
    const nowMs = performance.now();
    const samePress = nowMs - lastMs < SAME_PRESS_MS;
    lastMs = nowMs;
    if (!controller.signal.aborted) controller.abort();
    else if (!samePress) onSecond();
  };
  for (const name of NAMES) process.on(name, onSignal);
  return {
    stop: controller.signal,
    close: () => {
      for (const name of NAMES) process.off(name, onSignal);
    },
  };
}

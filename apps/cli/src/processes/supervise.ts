/**
 * The life of a stack of processes: they are started, kept running, and stopped when a signal asks
 * for it, when the start fails, or when one of them cannot be kept up.
 */
import { CliError, EXIT } from '../cli-error.js';
import type { Reporter } from '../output/reporter.js';
import { ProcessRegistry, stopLeftovers } from './process-registry.js';
import { ProcessStack } from './process-stack.js';
import { listenForStop } from './stop-signals.js';

export interface Supervision {
  reporter: Reporter;
  /** Keeps the process ids, so that the next start finds what a `kill -9` left behind. */
  recordFile: string;
  /** Pushes and starts the processes; `stop` is aborted when it is to end early. */
  start: (stack: ProcessStack, stop: AbortSignal) => Promise<void>;
}

/** Resolves after an orderly end. Throws what `start` threw, or why a process was given up. */
export async function supervise({ reporter, recordFile, start }: Supervision): Promise<void> {
  const ended = await stopLeftovers(recordFile);
  if (ended.length > 0)
    reporter.info(`Ended what an earlier run left behind: ${ended.join(', ')}.`);

  const registry = new ProcessRegistry(recordFile);
  const { promise: givenUp, reject: giveUp } = rejectable();
  const stack = new ProcessStack(registry, {
    warn: (text) => reporter.warn(text),
    onGivenUp: (reason) => giveUp(new CliError(reason, EXIT.fault)),
  });
  const signals = listenForStop(() => {
    stack.kill();
    process.exit(EXIT.interrupted);
  });
  const stopped = new Promise<void>((resolve) => {
    signals.stop.addEventListener('abort', () => resolve());
  });
  const started = start(stack, signals.stop);
  try {
    await Promise.race([started.then(() => stopped), stopped, givenUp]);
  } finally {
    if (!stack.isEmpty) await reporter.step('Stopping', () => stack.stop());
    // A start that was cut short by the stop has failed by now, as it had to.
    await started.catch(() => undefined);
    registry.close();
    signals.close();
  }
}

function rejectable(): { promise: Promise<never>; reject: (reason: Error) => void } {
  let reject: (reason: Error) => void = () => undefined;
  const promise = new Promise<never>((_, refuse) => {
    reject = refuse;
  });
  // It may be rejected while nobody waits for it any more.
  promise.catch(() => undefined);
  return { promise, reject };
}

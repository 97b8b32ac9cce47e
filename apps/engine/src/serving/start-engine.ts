/** An engine in this process: loaded, warm and running. For benchmarks and in-process tests. */
import type { Failure } from '@corral/contracts';
import { Engine } from './engine.js';
import { loadModel, type LoadOptions } from '../load/load-model.js';
import type { StepLoopEvents } from '../loop/step-reporter.js';

export type StartedEngine =
  | {
      ok: true;
      engine: Engine;
      /** Ends the loop and frees the model. */
      close(): Promise<void>;
    }
  | { ok: false; failure: Failure };

/** Loads the model and starts its loop; `events` get what the process would send. */
export async function startEngine(
  options: LoadOptions & { events: StepLoopEvents },
): Promise<StartedEngine> {
  const loaded = await loadModel(options);
  if (!loaded.ok) return { ok: false, failure: loaded.failure };
  const engine = new Engine({
    model: loaded.model,
    interTokenTargetMs: options.spec.interTokenTargetMs,
    events: options.events,
  });
  const ended = engine.run();
  return {
    ok: true,
    engine,
    async close() {
      engine.stop();
      await ended;
      await engine.dispose();
    },
  };
}

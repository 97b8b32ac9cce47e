/**
 * The engine without Corral around it, for whole-path.mjs: loaded in this process and driven
 * directly. Started with fork; `{ load }` once, then any number of `{ run }`.
 */
import { startEngine } from '../apps/engine/dist/serving/start-engine.js';

let engine = null;
/** Attempt key -> called with each piece of its stream. */
const listeners = new Map();

process.on('message', async ({ load, run }) => {
  if (load !== undefined) {
    const started = await startEngine({
      ...load,
      onProgress: () => undefined,
      events: {
        step: (streams) => streams.forEach((piece) => listeners.get(piece.key)?.(piece)),
        stats: () => undefined,
      },
    });
    if (!started.ok) throw new Error(started.failure.message);
    engine = started.engine;
    process.send({ loaded: true });
  }
  if (run !== undefined) process.send(await drive(run));
});
process.on('disconnect', () => process.exit(0));

/** Runs so many streams at once; gives tokens and milliseconds from the first start to the last end. */
async function drive({ requests }) {
  const startedAt = performance.now();
  const counts = await Promise.all(
    requests.map(
      (request, index) =>
        new Promise((resolve) => {
          const key = `${startedAt}-${index}`;
          let tokens = 0;
          listeners.set(key, (piece) => {
            tokens += piece.tokens.length;
            if (piece.finish === undefined) return;
            listeners.delete(key);
            resolve(tokens);
          });
          engine.start({ key, request, remainingMs: null });
        }),
    ),
  );
  return {
    tokens: counts.reduce((sum, count) => sum + count, 0),
    ms: performance.now() - startedAt,
  };
}

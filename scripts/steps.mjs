/**
 * Shows the steps of a script: one line each with its time. On a terminal the running step counts
 * its seconds; elsewhere each step prints when it starts and when it ends; with `json` each change
 * is one JSON object on standard output and nothing else is written there.
 */
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** A step that failed in a way its message explains in full; no stack is shown for it. */
export class StepFailed extends Error {}

/**
 * @param {{ json?: boolean, out?: NodeJS.WriteStream, now?: () => number }} [options]
 */
export function createSteps({ json = false, out = process.stdout, now = Date.now } = {}) {
  const live = !json && Boolean(out.isTTY);
  const emit = (fields) => out.write(`${JSON.stringify({ event: 'step', ...fields })}\n`);

  /**
   * Runs `work` under `title`. Gives what it gives; a failure is shown and thrown on.
   * `work` gets a function that replaces the detail shown beside the running step.
   */
  async function run(title, work) {
    const startedAt = now();
    const seconds = () => Math.round((now() - startedAt) / 100) / 10;
    const line = startLine({ title, seconds, live, json, out, emit });
    try {
      const result = await work(line.detail);
      line.end('done');
      return result;
    } catch (error) {
      line.end('failed');
      throw error;
    }
  }

  /** Says that a step was not needed, and why. */
  function skipped(title, why) {
    if (json) emit({ step: title, status: 'skipped', detail: why });
    else out.write(`  ${title} (${why})\n`);
  }

  /** Shows what went wrong, on standard error. */
  function explain(error) {
    const text = error instanceof StepFailed ? error.message : (error.stack ?? String(error));
    process.stderr.write(`\n${text}\n`);
  }

  return { run, skipped, explain, json };
}

function startLine({ title, seconds, live, json, out, emit }) {
  let detail = '';
  let frame = 0;
  const draw = () => {
    const room = Math.max(20, (out.columns ?? 80) - 1);
    const text = `${FRAMES[frame++ % FRAMES.length]} ${title}  ${seconds()} s  ${detail}`;
    out.write(`\r\x1b[2K${text.slice(0, room)}`);
  };

  if (json) emit({ step: title, status: 'started' });
  else if (!live) out.write(`  ${title} …\n`);
  const timer = live ? setInterval(draw, 100) : undefined;
  timer?.unref();

  return {
    detail: (text) => {
      detail = text;
    },
    end: (status) => {
      clearInterval(timer);
      if (json) return emit({ step: title, status, seconds: seconds() });
      const mark = status === 'done' ? '✔' : '✖';
      out.write(`${live ? '\r\x1b[2K' : ''}${mark} ${title}  ${seconds()} s\n`);
    },
  };
}

/** The engine as a child process: one `load`, then requests until the supervisor has enough. */
import type { EngineCommand } from '@corral/contracts';
import { Engine } from '../serving/engine.js';
import { loadModel } from '../load/load-model.js';
import { parseCommand, refusalOf } from './commands.pure.js';
import { connectParent, type Parent } from './parent.js';
import { StepOutbox } from './step-outbox.js';

type LoadCommand = Extract<EngineCommand, { type: 'load' }>;
type AskCommand = Extract<EngineCommand, { type: 'ask' }>;

/** Smallest progress that is worth a message. */
const PROGRESS_STEP = 0.01;
/** How often is looked whether statistics are due, which they are each second. */
const ALIVE_INTERVAL_MS = 250;

/** Serves the parent process until it stops or disconnects. */
export function serve(): void {
  const parent = connectParent();
  // Ctrl-C reaches the whole group; the supervisor drains and then stops its engines.
  process.on('SIGINT', () => undefined);
  const session = new Session(parent);
  parent.onMessage((message) => session.receive(message));
}

class Session {
  private engine: Engine | null = null;
  private loading = false;

  constructor(private readonly parent: Parent) {}

  receive(message: unknown): void {
    const parsed = parseCommand(message);
    if (!parsed.ok) {
      process.stderr.write(`engine: refused a command: ${parsed.reason}\n`);
      if (parsed.reply) this.parent.send(parsed.reply);
      return;
    }
    try {
      this.execute(parsed.command);
    } catch (error) {
      this.refuseAfterFault(parsed.command, error);
    }
  }

  /** A fault in one request must not take the others on board with it. */
  private refuseAfterFault(command: EngineCommand, error: unknown): void {
    process.stderr.write(`engine: ${describeFault(error)}\n`);
    const message = 'The engine could not take this request; its log says why.';
    const reply = refusalOf(command, { code: 'internal_error', message });
    if (reply) this.parent.send(reply);
  }

  private execute(command: EngineCommand): void {
    if (command.type === 'load') {
      void this.load(command);
      return;
    }
    if (command.type === 'stop') {
      process.exit(0);
    }
    if (!this.engine) {
      process.stderr.write(`engine: refused ${command.type}: no model is loaded\n`);
      return;
    }
    if (command.type === 'start') this.engine.start(command);
    else if (command.type === 'cancel') this.engine.cancel(command.key);
    else this.answer(this.engine, command);
  }

  private async load(command: LoadCommand): Promise<void> {
    if (this.loading) {
      process.stderr.write('engine: refused a second load\n');
      return;
    }
    this.loading = true;
    try {
      await this.loadAndRun(command);
    } catch (error) {
      process.stderr.write(`engine: ${describeFault(error)}\n`);
      process.exit(1);
    }
  }

  private async loadAndRun(command: LoadCommand): Promise<void> {
    const loaded = await loadModel({ ...command, onProgress: this.progressReporter() });
    if (!loaded.ok) {
      const { failure, retryable } = loaded;
      this.parent.send({ type: 'failed', failure, retryable }, () => process.exit(0));
      return;
    }
    const outbox = new StepOutbox((streams, onSent) =>
      this.parent.send({ type: 'step', streams }, onSent),
    );
    const engine = new Engine({
      model: loaded.model,
      interTokenTargetMs: command.spec.interTokenTargetMs,
      events: {
        step: (streams) => outbox.push(streams),
        stats: (snapshot) => this.parent.send({ type: 'stats', ...snapshot }),
      },
    });
    this.engine = engine;
    this.parent.send(engine.ready);
    setInterval(() => engine.reportAlive(), ALIVE_INTERVAL_MS).unref();
    await engine.run();
  }

  private progressReporter(): (progress: number) => void {
    let reported = -1;
    return (progress) => {
      if (progress < reported + PROGRESS_STEP) return;
      reported = progress;
      this.parent.send({ type: 'loading', progress: Math.min(1, Math.max(0, progress)) });
    };
  }

  private answer(engine: Engine, { askId, question }: AskCommand): void {
    const answer =
      question.what === 'tokenize'
        ? engine.tokenize(question.prompt)
        : engine.detokenize(question.tokens);
    this.parent.send({ type: 'answer', askId, ...answer });
  }
}

function describeFault(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

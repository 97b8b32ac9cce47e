/** Lines for a person. On a terminal the running steps share one line that counts the seconds. */
import pc from 'picocolors';
import type { FirstAdmin, ReadySummary, Reporter } from './reporter.js';
import { curlExample } from './curl-example.js';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;

interface RunningStep {
  title: string;
  startedMs: number;
  detail: string;
}

interface TextOutput {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export class TextReporter implements Reporter {
  private readonly running = new Set<RunningStep>();
  private timer: NodeJS.Timeout | undefined;
  private frame = 0;

  constructor(
    private readonly out: TextOutput,
    private readonly nowMs: () => number,
  ) {}

  async step<T>(title: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T> {
    const step: RunningStep = { title, startedMs: this.nowMs(), detail: '' };
    this.begin(step);
    try {
      const result = await work((text) => {
        step.detail = text;
      });
      this.end(step, pc.green('✔'));
      return result;
    } catch (error) {
      this.end(step, pc.red('✖'));
      throw error;
    }
  }

  info(text: string): void {
    this.line(text);
  }

  warn(text: string): void {
    this.line(`${pc.yellow('!')} ${text}`);
  }

  ready(summary: ReadySummary): void {
    const rows: [string, string][] = [
      ['Console', summary.url],
      ['API', summary.apiBaseUrl],
    ];
    if (summary.model !== null) rows.push(['Model', summary.model]);
    if (summary.firstAdmin) rows.push(...credentialRows(summary.firstAdmin));
    else rows.push(['API key', 'shown at the first start; another: corral keys create NAME']);
    rows.push(['Data', summary.home]);

    this.line('');
    this.line(pc.bold(pc.green(`Corral is ready (${(summary.startMs / 1000).toFixed(1)} s).`)));
    for (const [label, value] of rows) this.line(`  ${label.padEnd(10)} ${value}`);
    if (summary.model !== null) {
      this.line('');
      this.line('Try it:');
      this.line('');
      this.line(curlExample(summary.apiBaseUrl, summary.model, summary.firstAdmin?.apiKey));
    }
    this.line('');
    this.line('Press Ctrl-C to stop.');
  }

  credentials(firstAdmin: FirstAdmin): void {
    this.line('');
    this.line('This was the first start of the data folder. Keep these; they are not shown again:');
    for (const [label, value] of credentialRows(firstAdmin)) {
      this.line(`  ${label.padEnd(10)} ${value}`);
    }
  }

  failed(message: string, hint?: string): void {
    this.line(`${pc.red('Error:')} ${message}`);
    if (hint !== undefined) this.line(`  ${hint}`);
  }

  private begin(step: RunningStep): void {
    this.running.add(step);
    if (!this.out.isTTY) return;
    this.timer ??= setInterval(() => this.draw(), FRAME_MS);
  }

  private end(step: RunningStep, mark: string): void {
    this.running.delete(step);
    if (this.running.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    this.line(`${mark} ${step.title}  ${pc.dim(this.seconds(step))}`);
  }

  private line(text: string): void {
    this.out.write(`${this.out.isTTY ? '\r\x1b[2K' : ''}${text}\n`);
  }

  private draw(): void {
    const parts = [...this.running].map(
      (step) => `${step.title} ${this.seconds(step)}${step.detail === '' ? '' : ` ${step.detail}`}`,
    );
    const text = `${FRAMES[this.frame++ % FRAMES.length]} ${parts.join(' · ')}`;
    this.out.write(`\r\x1b[2K${text.slice(0, Math.max(20, (this.out.columns ?? 80) - 1))}`);
  }

  private seconds(step: RunningStep): string {
    return `${((this.nowMs() - step.startedMs) / 1000).toFixed(1)} s`;
  }
}

function credentialRows({ email, password, apiKey }: FirstAdmin): [string, string][] {
  return [
    ['Sign in', `${email}  ${password}`],
    ['API key', apiKey],
  ];
}

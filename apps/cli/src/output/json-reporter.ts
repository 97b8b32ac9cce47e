/** One JSON object per event and line, for scripts. Nothing else goes to standard output. */
import type { FirstAdmin, ReadySummary, Reporter } from './reporter.js';

export class JsonReporter implements Reporter {
  constructor(
    private readonly write: (line: string) => void,
    private readonly nowMs: () => number,
  ) {}

  async step<T>(title: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T> {
    const startedMs = this.nowMs();
    const seconds = (): number => Math.round((this.nowMs() - startedMs) / 10) / 100;
    this.emit({ event: 'step', step: title, status: 'started' });
    try {
      const result = await work(() => undefined);
      this.emit({ event: 'step', step: title, status: 'done', seconds: seconds() });
      return result;
    } catch (error) {
      this.emit({ event: 'step', step: title, status: 'failed', seconds: seconds() });
      throw error;
    }
  }

  info(text: string): void {
    this.emit({ event: 'log', level: 'info', message: text });
  }

  warn(text: string): void {
    this.emit({ event: 'log', level: 'warn', message: text });
  }

  ready(summary: ReadySummary): void {
    const { firstAdmin } = summary;
    this.emit({
      event: 'ready',
      url: summary.url,
      apiBaseUrl: summary.apiBaseUrl,
      model: summary.model,
      home: summary.home,
      adminTokenFile: summary.adminTokenFile,
      startMs: Math.round(summary.startMs),
      ...(firstAdmin === null ? {} : adminFields(firstAdmin)),
    });
  }

  credentials(firstAdmin: FirstAdmin): void {
    this.emit({ event: 'first-admin', ...adminFields(firstAdmin) });
  }

  failed(message: string, hint?: string): void {
    this.emit({ event: 'error', message, ...(hint === undefined ? {} : { hint }) });
  }

  private emit(event: Record<string, unknown>): void {
    this.write(`${JSON.stringify(event)}\n`);
  }
}

function adminFields({ apiKey, email, password }: FirstAdmin): Record<string, string> {
  return { apiKey, adminEmail: email, adminPassword: password };
}

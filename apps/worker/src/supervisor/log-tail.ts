/** The last lines that a process wrote, for an operator to ask for. Never copied into the log. */
const LINES_KEPT = 200;
const LINE_LENGTH = 2_000;

export class LogTail {
  private readonly lines: string[] = [];
  private partial = '';

  append(chunk: string): void {
    const lines = (this.partial + chunk).split(/\r?\n/);
    this.partial = (lines.pop() ?? '').slice(-LINE_LENGTH);
    for (const line of lines) this.lines.push(line.slice(0, LINE_LENGTH));
    this.lines.splice(0, this.lines.length - LINES_KEPT);
  }

  /** The last `count` complete lines, oldest first. */
  last(count: number): string[] {
    return this.lines.slice(-count);
  }
}

import type { Orphan } from './attempt.pure.js';
import { OrphanReports, type OrphanReportsPort } from './orphan-reports.js';

const ORPHAN: Orphan = {
  generationId: 'g1',
  attempt: 2,
  replicaId: 'r1',
  promptTokens: 5,
  cachedTokens: 0,
  completionTokens: 3,
  prefillMs: 1,
  decodeMs: 2,
  deviceMs: 3,
};

/** A queue that is away for the first tries; pauses pass at once, on a clock of their own. */
class RecordingPort implements OrphanReportsPort {
  timeMs = 0;
  readonly sent: string[] = [];
  readonly pausesMs: number[] = [];
  readonly givenUp: unknown[] = [];

  constructor(private failures: number) {}

  nowMs(): number {
    return this.timeMs;
  }

  send(_orphan: Orphan, id: string): Promise<void> {
    this.sent.push(id);
    return this.failures-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve();
  }

  pause(ms: number): Promise<void> {
    this.pausesMs.push(ms);
    this.timeMs += ms;
    return Promise.resolve();
  }

  gaveUp(_orphan: Orphan, fault: unknown): void {
    this.givenUp.push(fault);
  }
}

describe('the report of an orphan', () => {
  it('is sent under an id of its own', async () => {
    const port = new RecordingPort(0);
    await new OrphanReports(port).report(ORPHAN);
    expect(port).toMatchObject({ sent: ['orphan-g1-2'], pausesMs: [], givenUp: [] });
  });

  it('is sent again, at growing intervals, until it is taken', async () => {
    const port = new RecordingPort(7);
    await new OrphanReports(port).report(ORPHAN);
    expect(port.sent).toEqual(Array(8).fill('orphan-g1-2'));
    expect(port.pausesMs).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    expect(port.givenUp).toEqual([]);
  });

  it('is given up after five minutes, with the reason', async () => {
    const port = new RecordingPort(Infinity);
    await new OrphanReports(port).report(ORPHAN);
    expect(port.givenUp).toEqual([new Error('away')]);
    expect(port.timeMs).toBeGreaterThanOrEqual(300_000);
    expect(port.timeMs).toBeLessThanOrEqual(315_000);
  });

  it('is given up when the worker ends', async () => {
    const port = new RecordingPort(Infinity);
    const reports = new OrphanReports(port);
    reports.end();
    await reports.report(ORPHAN);
    expect(port.sent).toHaveLength(1);
    expect(port.givenUp).toHaveLength(1);
  });
});

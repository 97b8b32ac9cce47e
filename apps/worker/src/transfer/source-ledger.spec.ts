import type { FileSource } from '@corral/contracts';
import { SourceLedger } from './source-ledger.pure.js';

const a: FileSource = { url: 'http://a:1/models/x', token: 'a' };
const b: FileSource = { url: 'http://b:1/models/x', token: 'b' };
const nowMs = 50_000;

describe('the choice of a source', () => {
  it('is the first', () => {
    expect(new SourceLedger().choose([a, b], nowMs)).toEqual({ use: a });
  });

  it('is the next while the first backs off, longer each time', () => {
    const ledger = new SourceLedger();
    ledger.failed(a.url, 'it is away', nowMs);
    expect(ledger.choose([a, b], nowMs)).toEqual({ use: b });
    expect(ledger.choose([a, b], nowMs + 500)).toEqual({ use: a });
    ledger.failed(a.url, 'it is away', nowMs);
    expect(ledger.choose([a, b], nowMs + 999)).toEqual({ use: b });
    ledger.delivered(a.url);
    ledger.failed(a.url, 'it is away', nowMs);
    expect(ledger.choose([a, b], nowMs + 500)).toEqual({ use: a });
  });

  it('waits for the first that may be asked again, and says why', () => {
    const ledger = new SourceLedger();
    ledger.failed(a.url, 'it is away', nowMs);
    ledger.postponed(b.url, nowMs + 200);
    expect(ledger.choose([a, b], nowMs)).toEqual({
      use: null,
      retryAtMs: nowMs + 200,
      reason: 'a:1: it is away; b:1: it is sending to others',
    });
    expect(ledger.choose([], nowMs)).toMatchObject({ retryAtMs: nowMs });
  });

  it('never falls again on one that alone gave wrong bytes', () => {
    const ledger = new SourceLedger();
    ledger.blame(new Set([a.url]));
    expect(ledger.choose([a, b], nowMs + 1e9)).toEqual({ use: b });
    expect(ledger.choose([a], nowMs + 1e9)).toMatchObject({ use: null, retryAtMs: null });
  });

  it('gives those that spoilt a file together one more chance', () => {
    const ledger = new SourceLedger();
    const both = new Set([a.url, b.url]);
    ledger.blame(both);
    expect(ledger.choose([a, b], nowMs)).toEqual({ use: a });
    ledger.blame(both);
    expect(ledger.choose([a, b], nowMs)).toMatchObject({ use: null, retryAtMs: null });
  });

  it('has hope again when another source comes', () => {
    const ledger = new SourceLedger();
    ledger.blame(new Set([a.url]));
    expect(ledger.choose([a], nowMs).use).toBeNull();
    expect(ledger.choose([a, b], nowMs)).toEqual({ use: b });
  });
});

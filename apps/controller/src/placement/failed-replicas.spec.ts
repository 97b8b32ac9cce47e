import { FailedReplicas } from './failed-replicas.pure.js';

type Seen =
  Parameters<FailedReplicas['observe']>[0] extends ReadonlyMap<string, infer R> ? R : never;

describe('a replica that has failed', () => {
  const failed: Seen = { state: 'failed', progress: null };
  let replicas: FailedReplicas;
  const at = (nowMs: number, seen?: Seen) =>
    replicas.observe(new Map(seen ? [['r', seen]] : []), nowMs).get('r');

  beforeEach(() => {
    replicas = new FailedReplicas();
  });

  it('is timed from its first failure on, however often it is tried again', () => {
    expect(at(1_000, { state: 'loading', progress: null })).toBeUndefined();
    expect(at(2_000, failed)).toBe(0);
    expect(at(17_000, { state: 'loading', progress: null })).toBe(15_000);
    expect(at(18_000, failed)).toBe(16_000);
  });

  it.each<[string, Seen | undefined]>([
    ['it loads in earnest', { state: 'loading', progress: 0.1 }],
    ['it is ready', { state: 'ready', progress: null }],
    ['its file is on the way', { state: 'fetching', progress: 0 }],
    ['it is gone', undefined],
  ])('is timed no more once %s', (_what, seen) => {
    at(1_000, failed);
    expect(at(2_000, seen)).toBeUndefined();
    expect(at(3_000, failed)).toBe(0);
  });
});

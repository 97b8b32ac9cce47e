import type { Priority } from '@corral/contracts/http';
import { FairQueue, type Waiting } from './fair-queue.pure.js';
import { AGEING_MS } from './tenant-lines.pure.js';

interface Entry extends Waiting {
  id: string;
}

let made = 0;

function entry(tenant: string, change: Partial<Entry> = {}): Entry {
  return {
    id: `${tenant}${(made += 1)}`,
    tenant,
    priority: 'interactive',
    promptTokens: 100,
    submittedAtMs: 0,
    charge: null,
    ...change,
  };
}

/** A queue in which each tenant has so many waiting, one tenant's after another's. */
function queueOf(counts: Record<string, number>, change: Partial<Entry> = {}): FairQueue<Entry> {
  const queue = new FairQueue<Entry>();
  for (const [tenant, count] of Object.entries(counts)) {
    for (let i = 0; i < count; i += 1) queue.push(entry(tenant, change));
  }
  return queue;
}

/** Whose turn it is, served; null when nothing waits. */
function take(queue: FairQueue<Entry>, nowMs: number): Entry | null {
  const turn = queue.next(nowMs);
  if (turn !== null) queue.take(turn);
  return turn?.entry ?? null;
}

function takeTenants(queue: FairQueue<Entry>, count: number, outputTokens = 0): string {
  let taken = '';
  for (let i = 0; i < count; i += 1) {
    const next = take(queue, 0);
    next?.charge?.output(outputTokens);
    taken += next?.tenant ?? '-';
  }
  return taken;
}

beforeEach(() => (made = 0));

describe('the queue of a deployment', () => {
  it('serves tenants in turn, however much one of them has waiting', () => {
    expect(takeTenants(queueOf({ a: 10, b: 2, c: 2 }), 8)).toBe('abcabcaa');
  });

  it('serves one tenant in the order it came', () => {
    const queue = queueOf({ a: 3 });
    expect([1, 2, 3, 4].map(() => take(queue, 0)?.id)).toEqual(['a1', 'a2', 'a3', undefined]);
  });

  it('gives a tenant of twice the weight twice as much', () => {
    const queue = queueOf({ a: 20 });
    for (let i = 0; i < 20; i += 1) queue.push(entry('b', { weight: 2 }));
    const taken = takeTenants(queue, 18, 30);
    expect(taken.replaceAll('a', '')).toHaveLength(12);
  });

  it('counts a token of output as two of a prompt', () => {
    const queue = queueOf({ a: 2, b: 4 });
    take(queue, 0)?.charge?.output(100); // a has had 100 + 2 * 100
    expect(takeTenants(queue, 4)).toBe('bbba');
  });

  it('charges a cached prompt a tenth', () => {
    const queue = queueOf({ a: 12, b: 2 });
    const first = take(queue, 0);
    first?.charge?.prompt(100, 100);
    const second = take(queue, 0); // b
    expect([first?.tenant, second?.tenant]).toEqual(['a', 'b']);
    expect(takeTenants(queue, 1)).toBe('a');
  });

  it('replaces what was expected of a prompt by what the engine counted', () => {
    const queue = queueOf({ a: 2, b: 3 });
    take(queue, 0)?.charge?.prompt(250, 0);
    expect(takeTenants(queue, 4)).toBe('bbba');
  });

  it('lets nobody save up a share by staying away', () => {
    const queue = queueOf({ a: 20 });
    takeTenants(queue, 10);
    for (let i = 0; i < 10; i += 1) queue.push(entry('b'));
    expect(takeTenants(queue, 6)).toBe('bababa');
  });

  it('holds against a tenant one generation of what it used alone, not ten', () => {
    const queue = queueOf({ a: 10 });
    takeTenants(queue, 10, 100); // 100 + 2 * 100 each
    for (const tenant of ['a', 'a', 'b', 'b', 'b', 'b']) queue.push(entry(tenant));
    expect(takeTenants(queue, 4)).toBe('bbba');
  });

  it('serves a higher class first', () => {
    const queue = new FairQueue<Entry>();
    const classes: Priority[] = ['batch', 'agent', 'interactive'];
    for (const priority of classes) queue.push(entry('a', { priority }));
    expect(classes.map(() => take(queue, 0)?.priority)).toEqual(['interactive', 'agent', 'batch']);
  });

  it('counts what has waited as a class higher, and then as two', () => {
    const queue = queueOf({ a: 1 }, { priority: 'batch' });
    queue.push(entry('b', { priority: 'agent', submittedAtMs: AGEING_MS }));
    queue.push(entry('c', { submittedAtMs: 2 * AGEING_MS - 1 }));
    const order = [2 * AGEING_MS - 1, 2 * AGEING_MS, 2 * AGEING_MS].map(
      (nowMs) => take(queue, nowMs)?.tenant,
    );
    expect(order).toEqual(['c', 'a', 'b']);
  });

  it('keeps what a tenant had in one class apart from the others', () => {
    const queue = queueOf({ a: 5 }, { priority: 'batch' });
    takeTenants(queue, 5, 1_000);
    for (const tenant of ['b', 'a', 'b', 'a']) queue.push(entry(tenant));
    expect(takeTenants(queue, 4)).toBe('baba');
  });

  it('serves what came back before all others, without charging it again', () => {
    const queue = queueOf({ a: 3, b: 1 });
    const first = take(queue, 0);
    if (first === null) throw new Error('the queue is empty');
    queue.putBack(first);
    expect(queue.length).toBe(4);
    expect(take(queue, 0)).toBe(first);
    expect(takeTenants(queue, 3)).toBe('baa');
  });

  it('forgets what is removed, wherever it waits', () => {
    const queue = queueOf({ a: 2 });
    const [gone, stays] = [...queue];
    if (gone === undefined || stays === undefined) throw new Error('two wait');
    queue.remove(gone);
    queue.remove(gone);
    queue.putBack(gone);
    queue.remove(gone);
    expect([queue.length, take(queue, 0)?.id, queue.length]).toEqual([1, stays.id, 0]);
  });

  it('gives up the last of whoever has most waiting, of the lowest class first', () => {
    const queue = queueOf({ a: 3, b: 1 });
    expect(queue.mostDispensable()?.id).toBe('a3');
    queue.push(entry('a', { id: 'night', priority: 'batch' }));
    queue.push(entry('a'));
    expect(queue.mostDispensable()?.id).toBe('night');
    expect(new FairQueue<Entry>().mostDispensable()).toBeNull();
  });
});

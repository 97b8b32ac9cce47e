import { EventQueue } from './event-queue.pure.js';

describe('an event queue', () => {
  it('gives what gathered before the reader came as one batch', async () => {
    const queue = new EventQueue<number>();
    queue.push(1);
    queue.push(2);
    queue.close();
    const batches: number[][] = [];
    for await (const batch of queue) batches.push(batch);
    expect(batches).toEqual([[1, 2]]);
  });

  it('wakes a waiting reader with each push', async () => {
    const queue = new EventQueue<number>();
    const reader = queue[Symbol.asyncIterator]();
    const next = reader.next();
    queue.push(1);
    expect(await next).toEqual({ done: false, value: [1] });
  });

  it('takes nothing after it was closed', async () => {
    const queue = new EventQueue<number>();
    queue.close();
    queue.push(1);
    expect(await queue[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined });
  });
});

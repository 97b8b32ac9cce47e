import { LogTail } from './log-tail.js';

describe('the tail of an engine log', () => {
  it('joins lines that came in pieces', () => {
    const tail = new LogTail();
    tail.append('one\ntw');
    tail.append('o\r\nthree');
    expect(tail.last(10)).toEqual(['one', 'two']);
  });

  it('keeps the last two hundred lines, and no line without end', () => {
    const tail = new LogTail();
    for (let line = 0; line < 300; line += 1) tail.append(`${line}\n`);
    tail.append(`${'x'.repeat(1_000_000)}\n`);
    expect(tail.last(1000)).toHaveLength(200);
    expect(tail.last(2)).toEqual(['299', 'x'.repeat(2000)]);
  });
});

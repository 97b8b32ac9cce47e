import { judgeAnswer } from './source-answer.pure.js';

function judge(status: number, headers: Record<string, string> = {}, haveBytes = 40) {
  return judgeAnswer({ status, header: (name) => headers[name] ?? null }, haveBytes, 100);
}

describe('a source’s answer', () => {
  it('continues what is here when it is just the rest', () => {
    expect(judge(206, { 'content-range': 'bytes 40-99/100' })).toEqual({ do: 'append' });
    expect(judge(200, { 'content-length': '100' }, 0)).toEqual({ do: 'append' });
    expect(judge(200, {}, 0)).toEqual({ do: 'append' });
  });

  it.each([
    'bytes 0-99/100',
    'bytes 41-99/100',
    'bytes 40-98/100',
    'bytes 40-99/101',
    'bytes 40-99/*',
    '',
  ])('is of no use as the part %s', (range) => {
    expect(judge(206, { 'content-range': range })).toMatchObject({ do: 'give_up' });
  });

  it('begins anew when the source knows no ranges', () => {
    expect(judge(200, { 'content-length': '100' })).toEqual({ do: 'start_over' });
  });

  it('is refused when the file has another size', () => {
    expect(judge(200, { 'content-length': '99' }, 0)).toMatchObject({
      do: 'give_up',
      reason: 'its file has 99 bytes instead of 100',
    });
  });

  it.each([
    [{ 'retry-after': '3' }, 3_000],
    [{ 'retry-after': '86400' }, 30_000],
    [{ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 1_000],
    [{ 'retry-after': '-5' }, 1_000],
    [{}, 1_000],
  ])('that it is busy, with %j, means to come back in %i ms', (headers, inMs) => {
    expect(judge(503, headers)).toEqual({ do: 'come_back', inMs });
  });

  it.each([401, 403, 404, 416, 500, 302, 204])('%i means another source', (status) => {
    expect(judge(status)).toMatchObject({ do: 'give_up', reason: expect.any(String) });
  });
});

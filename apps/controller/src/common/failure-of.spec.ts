import { NotFoundException } from '@nestjs/common';
import { describeFailure } from './failure-of.js';
import { FailureException } from './failure-exception.pure.js';

describe('an error that reaches the edge', () => {
  it('is told as it is when it was meant for the caller', () => {
    const failure = { code: 'overloaded' as const, message: 'try later' };
    expect(describeFailure(new FailureException(failure, 1_000))).toEqual({
      status: 503,
      failure,
      retryAfterMs: 1_000,
      limits: [],
      isFault: false,
    });
  });

  it.each([
    [new NotFoundException('Cannot GET /x'), 404, 'not_found'],
    [Object.assign(new Error('too big'), { statusCode: 413 }), 413, 'request_too_large'],
    [Object.assign(new Error('no such method'), { statusCode: 405 }), 405, 'invalid_request'],
  ])('keeps the status that the framework gave it: %s', (error, status, code) => {
    expect(describeFailure(error)).toMatchObject({ status, failure: { code }, isFault: false });
  });

  it.each(['P1001', 'ECONNREFUSED'])('is a missing dependency when it says %s', (code) => {
    expect(describeFailure(Object.assign(new Error('secret host'), { code }))).toMatchObject({
      status: 503,
      failure: { code: 'dependency_unavailable', message: expect.not.stringContaining('secret') },
      retryAfterMs: 5_000,
    });
  });

  it.each([
    new Error('secret'),
    Object.assign(new Error('secret'), { statusCode: 500 }),
    Object.assign(new Error('secret'), { code: 'P2002' }),
    'secret',
    null,
  ])('is a fault, and tells nothing of itself, when nobody expected it: %p', (error) => {
    const described = describeFailure(error);
    expect(described).toMatchObject({ status: 500, isFault: true });
    expect(described.failure.message).not.toContain('secret');
  });
});

import { MAX_UPLOADS, planAnswer, type FileAsk } from './file-answer-plan.pure.js';

const digest = 'a'.repeat(64);
const files = { sizeOf: (asked: string) => (asked === digest ? 100 : null), uploads: 0 };

function ask(change: Partial<FileAsk> = {}): FileAsk {
  return { method: 'GET', path: `/models/${digest}`, hasToken: true, range: undefined, ...change };
}

describe('the file server', () => {
  it('sends a file of the store', () => {
    expect(planAnswer(ask(), files)).toMatchObject({
      kind: 'file',
      status: 200,
      digest,
      first: 0,
      last: 99,
      hasBody: true,
      headers: { 'content-length': '100', 'accept-ranges': 'bytes', etag: `"${digest}"` },
    });
  });

  it('sends the part that is asked for', () => {
    expect(planAnswer(ask({ range: 'bytes=60-' }), files)).toMatchObject({
      status: 206,
      first: 60,
      last: 99,
      headers: { 'content-length': '40', 'content-range': 'bytes 60-99/100' },
    });
  });

  it('says how long a file is without sending it', () => {
    const answer = planAnswer(ask({ method: 'HEAD' }), { ...files, uploads: MAX_UPLOADS });
    expect(answer).toMatchObject({ status: 200, hasBody: false });
  });

  it('tells those without the token nothing, not even what there is', () => {
    const asks = [ask(), ask({ path: '/' }), ask({ method: 'PUT' }), ask({ range: 'bytes=500-' })];
    for (const one of asks) {
      expect(planAnswer({ ...one, hasToken: false }, files)).toMatchObject({ status: 401 });
    }
  });

  it.each([
    `/models/${'b'.repeat(64)}`,
    `/models/${digest.toUpperCase()}`,
    `/models/${digest}/`,
    `/models/${digest}?x`,
    `/models/../${digest}`,
    `/models/..%2f${digest}`,
    `/models/${digest}.json`,
    '/models/',
    '/',
    `//models/${digest}`,
    `http://elsewhere/models/${digest}`,
  ])('has nothing at %s', (path) => {
    expect(planAnswer(ask({ path }), files)).toMatchObject({ status: 404 });
  });

  it('refuses what changes things, and ranges beyond the end', () => {
    expect(planAnswer(ask({ method: 'DELETE' }), files)).toMatchObject({ status: 405 });
    expect(planAnswer(ask({ range: 'bytes=100-' }), files)).toMatchObject({
      status: 416,
      headers: { 'content-range': 'bytes */100' },
    });
  });

  it('sends to two at a time, and asks others to come back', () => {
    expect(planAnswer(ask(), { ...files, uploads: MAX_UPLOADS - 1 })).toMatchObject({
      status: 200,
    });
    expect(planAnswer(ask(), { ...files, uploads: MAX_UPLOADS })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
    });
  });
});

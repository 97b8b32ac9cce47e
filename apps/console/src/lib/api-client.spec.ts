import { z } from 'zod';
import { callApi } from './api-client';

const schema = z.object({ name: z.string() });

/** A fetch that answers as told and records what it was asked. */
function answering(answer: Response | Error) {
  const asked: { path: string; init: RequestInit }[] = [];
  const fetchResponse = (path: unknown, init?: RequestInit): Promise<Response> => {
    asked.push({ path: String(path), init: init ?? {} });
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { asked, fetchResponse };
}

async function failureFor(answer: Response | Error) {
  const result = await callApi({ path: '/x', schema }, answering(answer).fetchResponse);
  return result.ok ? null : result.failure;
}

describe('a call to the controller', () => {
  it('gives the parsed value', async () => {
    const { fetchResponse } = answering(Response.json({ name: 'gpu-1', extra: true }));
    const result = await callApi({ path: '/x', schema }, fetchResponse);
    expect(result).toEqual({ ok: true, value: { name: 'gpu-1' } });
  });

  it('sends a body as JSON and the cookie to this origin only', async () => {
    const { asked, fetchResponse } = answering(Response.json({ name: 'a' }));
    await callApi({ method: 'POST', path: '/x', body: { a: 1 }, schema }, fetchResponse);
    expect(asked[0]?.path).toBe('/x');
    expect(asked[0]?.init).toMatchObject({
      method: 'POST',
      body: '{"a":1}',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json' },
    });
  });

  it('says that the session is gone', async () => {
    expect(await failureFor(new Response('', { status: 401 }))).toEqual({ kind: 'unauthorized' });
  });

  it('says how long a throttled caller waits, by either header', async () => {
    const throttled = (headers: HeadersInit) => new Response('{}', { status: 429, headers });
    expect(await failureFor(throttled({ 'retry-after': '3' }))).toEqual({
      kind: 'throttled',
      retryAfterSeconds: 3,
    });
    expect(await failureFor(throttled({ 'x-retry-after': '7.2' }))).toEqual({
      kind: 'throttled',
      retryAfterSeconds: 8,
    });
    expect(await failureFor(throttled({}))).toMatchObject({ kind: 'throttled' });
  });

  it('calls a dead controller unreachable, whoever says so', async () => {
    expect(await failureFor(new TypeError('fetch failed'))).toEqual({ kind: 'unreachable' });
    expect(await failureFor(new Response('Bad gateway', { status: 502 }))).toEqual({
      kind: 'unreachable',
    });
  });

  it('is given up at its deadline', async () => {
    const never = (_path: unknown, init?: RequestInit): Promise<Response> =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    const result = await callApi({ path: '/x', schema, timeoutMs: 5 }, never);
    expect(result).toEqual({ ok: false, failure: { kind: 'unreachable' } });
  });

  it('does not pass on a body of another shape', async () => {
    expect(await failureFor(Response.json({ name: 1 }))).toEqual({ kind: 'unreadable' });
    expect(await failureFor(new Response('<html>'))).toEqual({ kind: 'unreadable' });
  });

  it("repeats the controller's own words on any other refusal", async () => {
    const refusal = (body: unknown) => Response.json(body, { status: 403 });
    expect(await failureFor(refusal({ error: { message: 'Admins only.' } }))).toEqual({
      kind: 'refused',
      status: 403,
      message: 'Admins only.',
    });
    expect(await failureFor(refusal({ message: 'Invalid origin' }))).toMatchObject({
      message: 'Invalid origin',
    });
    expect(await failureFor(refusal(null))).toMatchObject({ message: null });
  });
});

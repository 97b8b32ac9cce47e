/** Fastify's request as the standard one that libraries for every server take, and back. */
import type { FastifyReply, FastifyRequest } from 'fastify';

export function webHeadersOf(request: FastifyRequest): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

export function webRequestOf(request: FastifyRequest, headers: Headers): Request {
  const url = originOf(request) + request.url;
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD' && request.body != null;
  // The body has been parsed and is written anew, so its old length is wrong.
  headers.delete('content-length');
  return new Request(url, {
    method: request.method,
    headers,
    ...(hasBody ? { body: JSON.stringify(request.body) } : {}),
  });
}

/** Where the browser says it is. */
export function originOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

/** Cookies one by one: they cannot be joined. */
export function sendHeaders(reply: FastifyReply, headers: Headers): void {
  headers.forEach((value, name) => {
    if (name !== 'set-cookie') reply.header(name, value);
  });
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) reply.header('set-cookie', cookies);
}

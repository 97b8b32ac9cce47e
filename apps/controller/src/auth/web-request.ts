/** Fastify's request as the standard one that libraries for every server take. */
import type { FastifyRequest } from 'fastify';

export function webHeadersOf(request: FastifyRequest): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

export function webRequestOf(request: FastifyRequest, headers: Headers): Request {
  const url = `${request.protocol}://${request.host}${request.url}`;
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD' && request.body != null;
  // The body has been parsed and is written anew, so its old length is wrong.
  headers.delete('content-length');
  return new Request(url, {
    method: request.method,
    headers,
    ...(hasBody ? { body: JSON.stringify(request.body) } : {}),
  });
}

/** What a host says of where a server is: on one machine alone, or at all addresses of it. Pure. */

/** Does the host name the very machine that asks it? IPv6 addresses with or without brackets. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|\[?::1\]?|(\[?::ffff:)?127\..*)$/.test(host);
}

/** As a host stands in a URL or before a port: IPv6 addresses in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** Does a server on that host listen at all addresses of its machine? With or without brackets. */
export function isWildcardHost(host: string): boolean {
  return /^(0\.0\.0\.0|\[?::\]?)$/.test(host);
}

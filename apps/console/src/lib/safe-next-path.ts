/**
 * Where to go after signing in: the path of this console named in `?next=`, or the overview.
 * Anything that a browser could read as another origin (`//host`, `/\host`, a scheme, control
 * characters that it strips) gives the overview, so that a sent link cannot lead elsewhere.
 */
export function safeNextPath(requested: string | null): string {
  if (requested === null || !requested.startsWith('/') || requested.startsWith('/sign-in')) {
    return '/';
  }
  const here = 'http://console.invalid';
  if (!URL.canParse(requested, here)) return '/';
  const target = new URL(requested, here);
  if (target.origin !== here) return '/';
  return `${target.pathname}${target.search}${target.hash}`;
}

/** The sign-in page that comes back to `path` (path and query of this console). */
export function signInPath(path: string): string {
  return path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`;
}

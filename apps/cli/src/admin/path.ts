/** Paths of the admin API from what people named. */

/** A name as one segment of a path, or as several where it holds slashes. */
export function segments(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

/** `path` with the query; what is undefined is left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

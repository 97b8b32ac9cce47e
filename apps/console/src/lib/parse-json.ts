/** The value in `text`; undefined where it is not JSON, which every schema then refuses. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // An expected state: proxies answer in HTML.
    return undefined;
  }
}

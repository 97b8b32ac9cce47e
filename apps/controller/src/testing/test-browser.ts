/** As much of a browser as single sign-on needs: it keeps cookies and follows redirects. */

const MAX_REDIRECTS = 20;

export interface Landing {
  url: URL;
  status: number;
}

export class TestBrowser {
  private readonly jar = new Map<string, string>();

  /** Of every site at once: the specs' sites do not share names. */
  get cookie(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Follows redirects until `isThere`, whose page is not asked for, or an answer that is none. */
  async open(start: string, isThere: (url: URL) => boolean): Promise<Landing> {
    let url = new URL(start);
    for (let hop = 0; hop < MAX_REDIRECTS; hop += 1) {
      if (isThere(url)) return { url, status: 200 };
      const { status, headers } = await this.get(url);
      const location = headers.get('location');
      if (location === null) return { url, status };
      url = new URL(location, url);
    }
    throw new Error(`${start} leads nowhere`);
  }

  private async get(url: URL): Promise<Response> {
    const response = await fetch(url, { headers: { cookie: this.cookie }, redirect: 'manual' });
    await response.text();
    for (const cookie of response.headers.getSetCookie()) this.keep(cookie);
    return response;
  }

  private keep(cookie: string): void {
    const [pair = '', ...attributes] = cookie.split(';');
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    const isOver = attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute));
    if (isOver || value === '') this.jar.delete(name);
    else this.jar.set(name, value);
  }
}

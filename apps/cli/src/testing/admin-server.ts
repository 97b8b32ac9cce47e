/** An admin API that records what it is asked, and answers what the spec gave it. */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface Asked {
  method: string;
  /** Below /admin/v1, with the query. */
  path: string;
  /** Undefined without one. */
  body: unknown;
}

interface PlannedAnswer {
  status: number;
  /** Text is sent as it is, everything else as JSON. */
  body: unknown;
}

export const TOKEN = 'admin-token-of-the-spec';

export class AdminServer {
  readonly asked: Asked[] = [];
  private readonly answers = new Map<string, PlannedAnswer>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<AdminServer> {
    const http = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const path = (request.url ?? '').replace('/admin/v1', '');
        const text = Buffer.concat(pieces).toString();
        const method = request.method ?? '';
        server.asked.push({ method, path, body: text === '' ? undefined : JSON.parse(text) });
        const { status, body } = server.answerTo(request.headers.authorization, method, path);
        response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
    const server = new AdminServer(http);
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What a route gives from now on. @param route as `GET /teams`, without a query */
  answer(route: string, body: unknown, status = 200): void {
    this.answers.set(route, { status, body });
  }

  /** All that was asked but reading the lists in which names are looked up. */
  get changes(): Asked[] {
    return this.asked.filter(({ method }) => method !== 'GET');
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private answerTo(authorization: string | undefined, method: string, path: string): PlannedAnswer {
    if (authorization !== `Bearer ${TOKEN}`) return refused(401, 'Sign in, or give a token.');
    return (
      this.answers.get(`${method} ${path.replace(/\?.*$/, '')}`) ??
      refused(404, `There is no ${method} ${path}.`)
    );
  }
}

function refused(status: number, message: string): PlannedAnswer {
  return { status, body: { error: { code: 'not_found', message } } };
}

/**
 * A node as those see it who get a file from it: an HTTP server with one file, that does what a spec
 * tells it to and remembers what it was asked.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FileSource } from '@corral/contracts';

export type Answer = (request: IncomingMessage, response: ServerResponse, file: Buffer) => void;

export class SourceServer {
  readonly requests: { url: string; range: string | null; authorization: string | null }[] = [];
  private readonly server;

  private constructor(
    readonly file: Buffer,
    private answer: Answer,
  ) {
    this.server = createServer((request, response) => {
      const { range = null, authorization = null } = request.headers;
      this.requests.push({ url: request.url ?? '', range, authorization });
      this.answer(request, response, this.file);
    });
  }

  static async start(file: Buffer, answer: Answer = sendFile): Promise<SourceServer> {
    const source = new SourceServer(file, answer);
    await new Promise<void>((resolve) => source.server.listen(0, '127.0.0.1', resolve));
    return source;
  }

  /** From the next request on. */
  does(answer: Answer): void {
    this.answer = answer;
  }

  get source(): FileSource {
    const { port } = this.server.address() as AddressInfo;
    return {
      url: `http://127.0.0.1:${port}/models/x`,
      token: `token-of-the-source-at-port-${port}`,
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** As a good source does, with ranges. */
export const sendFile: Answer = (request, response, file) => {
  const first = firstOf(request);
  sendHead(response, first, file.length);
  response.end(file.subarray(first));
};

/** Sends so many bytes of what was asked for, then cuts the connection. */
export function cutAfter(bytes: number): Answer {
  return (request, response, file) => {
    const first = firstOf(request);
    sendHead(response, first, file.length);
    response.write(file.subarray(first, first + bytes), () => response.destroy());
  };
}

/** Sends so many bytes of what was asked for, and no more, but keeps the connection. */
export function stallAfter(bytes: number): Answer {
  return (request, response, file) => {
    const first = firstOf(request);
    sendHead(response, first, file.length);
    response.write(file.subarray(first, first + bytes));
  };
}

export function status(code: number, headers: Record<string, string> = {}): Answer {
  return (_request, response) => response.writeHead(code, headers).end();
}

function sendHead(response: ServerResponse, first: number, size: number): void {
  const length = { 'content-length': size - first };
  if (first === 0) response.writeHead(200, length);
  else
    response.writeHead(206, { ...length, 'content-range': `bytes ${first}-${size - 1}/${size}` });
}

function firstOf({ headers }: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
}

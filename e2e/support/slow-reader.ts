/** A client that takes one byte a second of its stream, and so holds up whoever writes to it. */
import { createConnection, type Socket } from 'node:net';

export class SlowReader {
  private readonly socket: Socket;
  private readonly pace: NodeJS.Timeout;

  /** Sends the request at once: `body` to `path` of the server at `url`. */
  constructor(url: string, path: string, apiKey: string, body: object) {
    const { hostname, port, host } = new URL(url);
    const json = JSON.stringify(body);
    this.socket = createConnection({ host: hostname, port: Number(port) });
    // Being cut is what it is here for.
    this.socket.on('error', () => this.stop());
    this.socket.write(
      `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${apiKey}\r\n` +
        `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
    );
    this.pace = setInterval(() => void this.socket.read(1), 1_000);
  }

  stop(): void {
    clearInterval(this.pace);
    this.socket.destroy();
  }
}

/**
 * A wire between a client and a TCP server that a test may cut: a network of one connection each
 * way, without root. It carries bytes as they come and knows nothing of what they mean.
 */
import {
  createConnection,
  createServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';

export class TcpProxy {
  private silent = false;
  private readonly sockets = new Set<Socket>();
  /** Accepted while the wire was silent; their other half is dialled when it heals. */
  private readonly undialled = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  /** Resolves when it takes connections for the server at this URL, whatever its scheme. */
  static async to(targetUrl: string): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server, new URL(targetUrl));
    server.on('connection', (socket) => proxy.accept(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** For the client, in the target's scheme. */
  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `${this.target.protocol}//127.0.0.1:${port}`;
  }

  /** A partition: from here on nothing arrives on either side, and nobody is told. */
  fallSilent(): void {
    this.silent = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** What was sent meanwhile arrives now, as a network would send it again. */
  heal(): void {
    this.silent = false;
    for (const socket of this.undialled) this.dial(socket);
    for (const socket of this.sockets) socket.resume();
    this.undialled.clear();
  }

  /** Ends all connections and takes no more. */
  async stop(): Promise<void> {
    for (const socket of [...this.sockets, ...this.undialled]) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(socket: Socket): void {
    if (!this.silent) return this.dial(socket);
    socket.pause();
    this.undialled.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.undialled.delete(socket));
  }

  private dial(client: Socket): void {
    const server = createConnection(Number(this.target.port), this.target.hostname);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (bytes) => {
        if (to.write(bytes)) return;
        from.pause();
        to.once('drain', () => {
          if (!this.silent) from.resume();
        });
      });
      from.on('error', () => from.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
  }
}

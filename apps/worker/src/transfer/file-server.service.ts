/**
 * Serves the files of this node's store to other nodes and to controllers, over HTTP with ranges.
 * The token that opens it is minted at each boot and known to those who hear the heartbeat. What is
 * answered is decided by `file-answer-plan.ts`.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { FileServer } from '@corral/contracts';
import type { WorkerSettings } from '../config/settings.js';
import { WorkerLog } from '../infra/log.js';
import { SETTINGS } from '../infra/tokens.js';
import { ModelStoreService } from '../models/model-store.service.js';
import { planAnswer, type FileAnswer } from './file-answer-plan.pure.js';
import { interfaceAddresses, routeAddressTo } from './route-address.js';
import {
  advertisedUrls,
  bindHostOf,
  natsEndpoint,
  type AddressFacts,
} from './server-address-plan.pure.js';

/** A machine may move to another network while its worker runs. */
const ADDRESS_INTERVAL_MS = 30_000;
/** Who takes no byte for so long gives its place to another. */
const IDLE_LIMIT_MS = 30_000;
const HEADERS_LIMIT_MS = 10_000;
const MAX_CONNECTIONS = 64;

@Injectable()
export class FileServerService implements OnModuleInit, OnModuleDestroy {
  private readonly token = randomBytes(32).toString('base64url');
  private readonly server: Server;
  private urls: string[] = [];
  private uploads = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    @Inject(SETTINGS) private readonly settings: WorkerSettings,
    private readonly models: ModelStoreService,
    private readonly log: WorkerLog,
  ) {
    const limits = { headersTimeout: HEADERS_LIMIT_MS, requestTimeout: HEADERS_LIMIT_MS };
    this.server = createServer(limits, (request, response) => {
      void this.serve(request, response).catch(() => response.destroy());
    });
    this.server.maxConnections = MAX_CONNECTIONS;
  }

  /** A worker whose port is taken goes on without: it still gets files, and serves its engines. */
  async onModuleInit(): Promise<void> {
    const facts = await this.addressFacts();
    const port = await this.listen(bindHostOf(facts), this.settings.fileServer.port);
    if (port === null) return;
    this.urls = advertisedUrls(facts, port);
    this.log.info('model files are served', { source: this.urls.join(' ') });
    this.timer = setInterval(() => void this.lookAgain(port), ADDRESS_INTERVAL_MS);
  }

  async onModuleDestroy(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.urls = [];
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** For the heartbeat; null when nobody can ask. */
  describe(): FileServer | null {
    if (this.urls.length === 0) return null;
    return { urls: this.urls, token: this.token, uploads: this.uploads };
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = planAnswer(
      {
        method: request.method ?? '',
        path: request.url ?? '',
        hasToken: this.opens(request.headers.authorization),
        range: request.headers.range,
      },
      {
        sizeOf: (digest) => this.models.find(digest)?.sizeBytes ?? null,
        uploads: this.uploads,
      },
    );
    if (answer.kind === 'file' && answer.hasBody) return this.send(answer, response);
    response.writeHead(answer.status, answer.headers).end();
  }

  private async send(
    { digest, first, last, status, headers }: Extract<FileAnswer, { kind: 'file' }>,
    response: ServerResponse,
  ): Promise<void> {
    const path = this.models.find(digest)?.path;
    if (path === undefined) return void response.writeHead(404).end();
    this.uploads += 1;
    try {
      // Once it is open, deleting the model takes nothing away from who is reading it.
      const file = await open(path, 'r');
      const content = file.createReadStream({ start: first, end: last });
      response.setTimeout(IDLE_LIMIT_MS, () => response.destroy());
      response.writeHead(status, headers);
      await pipeline(content, response);
    } finally {
      this.uploads -= 1;
    }
  }

  /** Hashed first, so that neither length nor content can be told from the time it takes. */
  private opens(authorization: string | undefined): boolean {
    const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
    return timingSafeEqual(hash(authorization ?? ''), hash(`Bearer ${this.token}`));
  }

  /** The port; null when it cannot listen. */
  private listen(host: string, port: number): Promise<number | null> {
    return new Promise((resolve) => {
      this.server.on('error', (fault) => {
        this.log.error('model files cannot be served to other nodes', { fault: fault.message });
        resolve(null);
      });
      this.server.listen(port, host, () => {
        const address = this.server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : null);
      });
    });
  }

  private async lookAgain(port: number): Promise<void> {
    this.urls = advertisedUrls(await this.addressFacts(), port);
  }

  private async addressFacts(): Promise<AddressFacts> {
    const nats = natsEndpoint(this.settings.nats.servers);
    return {
      host: this.settings.fileServer.host,
      url: this.settings.fileServer.url,
      routeAddress: nats === null ? null : await routeAddressTo(nats.host, nats.port),
      interfaceAddresses: interfaceAddresses(),
    };
  }
}

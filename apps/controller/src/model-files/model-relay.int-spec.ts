/** A model file by way of a controller: from a node's file server, through the whole application. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '@corral/testing';
import { MODEL_DIGEST } from '../testing/heartbeats.js';
import { TestApplication, type Answer } from '../testing/test-application.js';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { TestWorker } from '../testing/test-worker.js';
import { mintFilePass } from './file-pass.js';
import { ModelFilesService } from './model-files.service.js';

const TOKEN = 'token-of-the-file-server-of-the-worker';
const PATH = `/internal/v1/models/${MODEL_DIGEST}`;
const CONTENT = 'GGUF and so on';

let servers: TestServers;
let controller: TestApplication;
let worker: TestWorker;
let fileServer: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;

const pass = (): string => mintFilePass(servers.config().authSecret, MODEL_DIGEST, new Date());
const sendContent = (_request: IncomingMessage, response: ServerResponse): void => {
  response.writeHead(200, { 'content-length': CONTENT.length, etag: '"x"' }).end(CONTENT);
};

beforeAll(async () => {
  servers = await startServers();
  controller = await TestApplication.start(servers.config());
  worker = await TestWorker.join(servers.nats.url, 'node-a');
  fileServer = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => fileServer.listen(0, '127.0.0.1', resolve));
  const { port } = fileServer.address() as AddressInfo;
  await worker.report({
    fileServer: { urls: [`http://127.0.0.1:${port}`], token: TOKEN, uploads: 0 },
  });
  const files = controller.app.get(ModelFilesService, { strict: false });
  await until('the file server to be known', () => files.sourcesOf(MODEL_DIGEST).length > 0);
});
afterAll(async () => {
  fileServer.closeAllConnections();
  await new Promise((resolve) => fileServer.close(resolve));
  await worker.leave();
  await controller.stop();
  await servers.remove();
});
beforeEach(() => {
  answer = sendContent;
});

function ask(headers: Record<string, string> = {}, path = PATH): Promise<Answer> {
  return controller.ask('GET', path, {
    headers: { authorization: `Bearer ${pass()}`, ...headers },
  });
}

describe('a model file by way of a controller', () => {
  it('comes from a node that has it', async () => {
    const seen: IncomingMessage[] = [];
    answer = (request, response) => {
      seen.push(request);
      sendContent(request, response);
    };
    const { status, body, headers } = await ask();
    expect({ status, body }).toEqual({ status: 200, body: CONTENT });
    expect(headers.get('content-length')).toBe(String(CONTENT.length));
    expect(seen.map(({ url, headers: { authorization } }) => [url, authorization])).toEqual([
      [`/models/${MODEL_DIGEST}`, `Bearer ${TOKEN}`],
    ]);
  });

  it('comes in parts as well', async () => {
    answer = ({ headers: { range } }, response) => {
      response.writeHead(206, { 'content-range': 'bytes 5-13/14' });
      response.end(range === 'bytes=5-' ? CONTENT.slice(5) : '');
    };
    const part = await ask({ range: 'bytes=5-' });
    expect(part).toMatchObject({ status: 206, body: CONTENT.slice(5) });
    expect(part.headers.get('content-range')).toBe('bytes 5-13/14');
  });

  it('comes as it is sent, and is not waited for', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': 1_000 });
      response.write('GGUF');
    };
    const abort = new AbortController();
    const response = await fetch(controller.url + PATH, {
      headers: { authorization: `Bearer ${pass()}` },
      signal: abort.signal,
    });
    const first = await response.body?.getReader().read();
    expect(Buffer.from(first?.value ?? []).toString()).toBe('GGUF');
    const connections = () =>
      new Promise<number>((resolve) =>
        fileServer.getConnections((_fault, count) => resolve(count)),
      );
    expect(await connections()).toBeGreaterThan(0);
    abort.abort();
    // Who asked has gone: the node is not read from any further.
    await until('no connection', async () => (await connections()) === 0);
  });

  it('is for holders of a pass', async () => {
    const wrong = mintFilePass('another secret of others', MODEL_DIGEST, new Date());
    const expired = mintFilePass(servers.config().authSecret, MODEL_DIGEST, new Date(0));
    for (const token of ['', wrong, expired, TOKEN, `${pass()}x`]) {
      const { status } = await ask({ authorization: `Bearer ${token}` });
      expect(status).toBe(401);
    }
    expect((await controller.ask('GET', PATH)).status).toBe(401);
    const admin = await controller.admin('GET', `/../../internal/v1/models/${MODEL_DIGEST}`);
    expect(admin.status).toBe(401);
  });

  it('is not there when no node has it, and may be asked for again when all are busy', async () => {
    const other = 'cd'.repeat(32);
    const authorization = `Bearer ${mintFilePass(servers.config().authSecret, other, new Date())}`;
    expect((await ask({ authorization }, `/internal/v1/models/${other}`)).status).toBe(404);
    expect((await ask({}, '/internal/v1/models/..%2f..%2fetc')).status).toBe(404);

    answer = (_request, response) => response.writeHead(503).end();
    const busy = await ask();
    expect(busy.status).toBe(503);
    expect(busy.headers.get('retry-after')).toBe('1');
  });
});

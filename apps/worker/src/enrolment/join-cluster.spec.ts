import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinRequestSchema, type JoinRequest } from '@corral/contracts/http';
import { enrolmentFile, readEnrolment } from '../config/enrolment-file.js';
import { readSettings } from '../config/settings.js';
import { joinCluster, type JoinOutcome } from './join-cluster.js';

describe('joining a cluster', () => {
  const asked: { text: string; request: JoinRequest }[] = [];
  let home: string;
  let server: Server;
  let answer: { status: number; body: object };

  beforeEach(async () => {
    asked.length = 0;
    home = mkdtempSync(join(tmpdir(), 'join-'));
    answer = {
      status: 200,
      body: { nodeId: 'node-1', natsUrl: 'nats://n:4222', jwt: 'j', ca: 'C' },
    };
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (piece: Buffer) => (text += piece.toString()));
      request.on('end', () => {
        asked.push({ text, request: joinRequestSchema.parse(JSON.parse(text)) });
        response.writeHead(answer.status).end(JSON.stringify(answer.body));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    rmSync(home, { recursive: true });
    server.close();
    server.closeAllConnections();
    await once(server, 'close').catch(() => undefined);
  });

  const workerHome = () => join(home, 'worker');
  const attempt = (): Promise<JoinOutcome> =>
    joinCluster({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      token: 'token',
      nodeId: 'node-1',
      nodeName: 'gpu-1',
      workerHome: workerHome(),
    });

  it('keeps what it gets for every later start, and to its owner', async () => {
    expect(await attempt()).toEqual({ joined: true, natsUrl: 'nats://n:4222' });
    const { nats } = readSettings({ CORRAL_HOME: home });
    expect(nats).toMatchObject({ servers: 'nats://n:4222', ca: 'C' });
    expect(nats.creds).toContain('BEGIN USER NKEY SEED');
    expect(statSync(enrolmentFile(workerHome())).mode & 0o777).toBe(0o600);
  });

  it('sends the public half of its key alone, and the same one each time', async () => {
    await attempt();
    await attempt();
    const seed = readEnrolment(workerHome())?.seed ?? '';
    expect(seed).toMatch(/^SU/);
    expect(asked.map(({ text }) => text.includes(seed))).toEqual([false, false]);
    expect(new Set(asked.map(({ request }) => request.publicKey)).size).toBe(1);
  });

  it('tells the reason of a controller that refuses, and keeps nothing but its key', async () => {
    answer = {
      status: 403,
      body: { error: { code: 'permission_denied', message: 'Not valid. Make a new one.' } },
    };
    const reason = 'Not valid. Make a new one.';
    expect(await attempt()).toEqual({ joined: false, why: 'refused', reason });
    expect(readEnrolment(workerHome())?.membership).toBeNull();
    expect(readFileSync(enrolmentFile(workerHome()), 'utf8')).not.toContain('token');
  });

  it('says when something else answers', async () => {
    answer = { status: 404, body: { hello: 'world' } };
    expect(await attempt()).toMatchObject({ joined: false, why: 'unreachable' });
  });
});

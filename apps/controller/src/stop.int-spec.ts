import { connectBus, type Bus } from '@corral/bus';
import {
  attemptCommandSchema,
  attemptReplySchema,
  cancelCommandSchema,
  controllerSubject,
  frameSchema,
  resendCommandSchema,
  resendReplySchema,
  workerSubject,
  type AttemptCommand,
} from '@corral/contracts';
import { createKeySchema } from '@corral/contracts/http';
import { until } from '@corral/testing';
import { ApiKeysService } from './api-keys/api-keys.service.js';
import { SYSTEM } from './common/principal.pure.js';
import { PrismaService } from './infra/prisma.service.js';
import { TestApplication } from './testing/test-application.js';
import { startServers, type TestServers } from './testing/test-servers.js';
import { TestWorker } from './testing/test-worker.js';

const NODE = 'gpu-1';
/** Beyond the time for which a message is one controller's. */
const ROW_LIMIT_MS = 40_000;

describe('a controller that is told to stop', () => {
  let servers: TestServers;
  let prisma: PrismaService;
  let worker: TestWorker;
  let bus: Bus;
  const attempts: AttemptCommand[] = [];
  const cancelled: string[] = [];

  beforeAll(async () => {
    servers = await startServers();
    prisma = new PrismaService(servers.config());
    worker = await TestWorker.join(servers.nats.url, NODE);
    bus = await connectBus({ servers: servers.nats.url, name: 'engine' });
    const exchange = { request: attemptCommandSchema, reply: attemptReplySchema };
    bus.serve(workerSubject.generate(NODE), exchange, (attempt) => {
      attempts.push(attempt);
      return { outcome: 'accepted' as const };
    });
    const asked = { request: resendCommandSchema, reply: resendReplySchema };
    bus.serve(workerSubject.resend(NODE), asked, () => ({ outcome: 'resent' as const }));
    bus.subscribe(workerSubject.cancel(NODE), cancelCommandSchema, ({ generationId }) => {
      cancelled.push(generationId);
    });
    await bus.flush();
  });
  afterAll(async () => {
    await worker.leave();
    await bus.close();
    await prisma.onApplicationShutdown();
    await servers.remove();
  });

  async function start(drainMs: number): Promise<TestApplication> {
    const config = servers.config({ CORRAL_DRAIN_MS: String(drainMs) });
    const controller = await TestApplication.start(config);
    await until('the model', async () => {
      const { body } = await controller.admin('GET', '/models');
      return (body as { data: unknown[] }).data.length > 0;
    });
    const deployment = { name: 'tiny', model: 'tiny.gguf' };
    const { status } = await controller.admin('POST', '/deployments', deployment);
    if (status === 201) {
      await until('the assignment', () => worker.assigned.at(-1)?.assignments.length === 1);
      await worker.carryOut();
    }
    await until('the replica', async () => {
      const { body } = await controller.admin('GET', '/deployments/tiny');
      return (body as { state: string }).state === 'ready';
    });
    return controller;
  }

  /** A stream whose first piece has reached the client; `text` resolves when it ends. */
  async function beginStream(
    controller: TestApplication,
  ): Promise<{ attempt: AttemptCommand; text: Promise<string> }> {
    const { apiKey } = await controller.app
      .get(ApiKeysService)
      .create(SYSTEM, createKeySchema.parse({ name: 'k', expiresInDays: null }));
    const before = attempts.length;
    let received = '';
    const readAll = async (): Promise<string> => {
      const response = await fetch(`${controller.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'tiny',
          stream: true,
          messages: [{ role: 'user', content: 'hello' }],
        }),
      });
      for await (const piece of response.body ?? []) {
        received += Buffer.from(piece as Uint8Array).toString();
      }
      return received;
    };
    const text = readAll();
    const attempt = await until('the attempt', () => attempts[before]);
    send(attempt, { index: 0, tokens: [1], text: 'first' });
    await until('the first piece', () => received.includes('first'));
    return { attempt, text };
  }

  function send(
    { controllerId, generationId, attempt }: AttemptCommand,
    piece: { index: number; tokens: number[]; text: string; finish?: object },
  ): void {
    bus.publish(controllerSubject.frames(controllerId, NODE), frameSchema, {
      nodeId: NODE,
      bootId: worker.heartbeat.bootId,
      streams: [{ generationId, attempt, ...piece } as never],
    });
  }
  /**
   * What was settled in the last moment is written by the next controller, if not by this one; what
   * this one had taken from the queue goes to the next after a while.
   */
  async function rowOf({ generationId }: AttemptCommand) {
    const next = await start(0);
    try {
      const where = { requestId: generationId.replace(/-0$/, '') };
      const look = () => prisma.client.requestUsage.findUnique({ where });
      return await until('the row', look, ROW_LIMIT_MS);
    } finally {
      await next.stop();
    }
  }

  it('lets streams under way end, takes nothing new, and keeps their usage', async () => {
    const controller = await start(30_000);
    const { attempt, text } = await beginStream(controller);
    const stopping = controller.stop();
    await until('new requests to be refused', async () => {
      const { status, body } = await controller.ask('GET', '/v1/models');
      return status === 503 && JSON.stringify(body).includes('being stopped');
    });
    expect((await controller.ask('GET', '/health/live')).status).toBe(200);
    send(attempt, {
      index: 1,
      tokens: [2],
      text: ' last',
      finish: {
        reason: 'stop',
        promptTokens: 3,
        cachedTokens: 0,
        completionTokens: 2,
        timings: { queueMs: 0, prefillMs: 1, decodeMs: 1 },
      },
    });
    expect(await text).toMatch(/first[^]* last[^]*\[DONE\]/);
    await stopping;
    expect(await rowOf(attempt)).toMatchObject({ status: 'completed', completionTokens: 2 });
  });

  it('breaks off those that take too long, says so, and keeps their usage too', async () => {
    const controller = await start(0);
    const { attempt, text } = await beginStream(controller);
    await controller.stop();
    expect(await text).toMatch(/first[^]*"code":"stopping"/);
    expect(await text).not.toContain('[DONE]');
    await until('the cancel to arrive', () => cancelled.includes(attempt.generationId));
    expect(await rowOf(attempt)).toMatchObject({ status: 'failed', errorCode: 'stopping' });
  });
});

/**
 * One worker: the Nest application, its connections, and the way to end it. `main.ts` is the
 * process around it; tests start it in their own.
 */
import 'reflect-metadata';
import { setTimeout as wait } from 'node:timers/promises';
import { Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Bus, connectBus, isLoginRefused } from '@corral/bus';
import { workerInbox } from '@corral/contracts';
import { AgentModule } from './agent/agent.module.js';
import { DepartureService } from './agent/departure.service.js';
import type { WorkerSettings } from './config/settings.js';
import { loadIdentity } from './infra/identity.js';
import { InfraModule } from './infra/infra.module.js';
import { nestLogger, WorkerLog } from './infra/log.js';
import { controlPlaneOptions } from './infra/nats-options.js';
import { NodeNatsServer } from './infra/node-nats-server.js';

export interface RunningWorker {
  nodeId: string;
  /** Resolves with the reason when NATS has shut this machine out for good. */
  shutOut: Promise<string>;
  /** Ends everything; running attempts get `drainMs` to finish. Safe to call twice. */
  stop(drainMs: number): Promise<void>;
}

const CONNECT_RETRY_MS = 1_000;
const SHUT_OUT =
  'The NATS server does not let this machine in: it was revoked, or the cluster has new keys. Join it again with a new token.';

@Module({})
class WorkerModule {}

/**
 * Resolves when the worker serves its subjects. Waits for NATS as long as it takes; throws when NATS
 * is there and refuses the credentials of this machine.
 */
export async function startWorker(
  settings: WorkerSettings,
  engineEnvironment: Record<string, string>,
  log: WorkerLog,
): Promise<RunningWorker> {
  const identity = await loadIdentity(settings.workerHome);
  const { nodeId, bootId } = identity;
  log.info('worker is starting', { nodeId, bootId });
  const bus = await connectPatiently(settings, nodeId, log);
  const server = new NodeNatsServer(nodeId, controlPlaneOptions(settings, nodeId, 'server'));
  const app = await NestFactory.createMicroservice(
    {
      module: WorkerModule,
      imports: [InfraModule.of({ settings, identity, engineEnvironment, bus, log }), AgentModule],
    },
    {
      strategy: server,
      logger: nestLogger(log),
      abortOnError: false,
    },
  );
  await app.listen();
  // Subscribing is only a message under way: served is what the server has confirmed.
  await Promise.all([server.flush(), bus.flush()]);
  log.info('worker is ready', { nodeId });
  let stopped: Promise<void> | null = null;
  const shutOut = new Promise<string>((resolve) => {
    // The client gives up when its credentials are refused twice, and else tries for ever.
    bus.onStatus((status) => {
      if (status === 'closed' && stopped === null) resolve(SHUT_OUT);
    });
  });
  return { nodeId, shutOut, stop: (drainMs) => (stopped ??= leave(app, bus, drainMs)) };
}

async function leave(app: INestMicroservice, bus: Bus, drainMs: number): Promise<void> {
  await app.get(DepartureService, { strict: false }).leave(drainMs);
  await bus.close();
  await app.close();
}

async function connectPatiently(
  settings: WorkerSettings,
  nodeId: string,
  log: WorkerLog,
): Promise<Bus> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await connectBus({
        ...settings.nats,
        name: `corral-worker-${nodeId}`,
        inboxPrefix: workerInbox(nodeId),
        onInvalid: (subject, reason) => log.warn('message dropped', { subject, reason }),
      });
    } catch (fault) {
      if (settings.nats.creds !== undefined && isLoginRefused(fault)) {
        throw new Error(SHUT_OUT, { cause: fault });
      }
      if (tries % 10 === 0) log.warn('NATS cannot be reached yet', { fault: String(fault) });
      await wait(CONNECT_RETRY_MS);
    }
  }
}

/** How the controller is started beside its database and bus, and what it tells in return. */
import { z } from 'zod';
import type { FirstAdmin } from '../output/reporter.js';
import type { ProcessSpec } from '../processes/supervised-process.js';
import type { NatsEnvironment } from './nats-logins.js';
import { CONTROLLER_MAIN, forkNode } from './node-child.js';

export interface ControllerSettings {
  cwd: string;
  host: string;
  port: number;
  databaseUrl: string;
  /** How it gets into NATS; more of its settings, by their names. */
  nats: NatsEnvironment;
  adminToken: string;
  authSecret: string;
  spoolDir: string;
  /** More of its settings, by their names. */
  secrets: Record<string, string>;
}

const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), url: z.string() }),
  z.object({
    type: z.literal('first-admin'),
    email: z.string(),
    password: z.string(),
    apiKey: z.string(),
  }),
]);

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 3_000;

/** @param onFirstAdmin called once in the life of a database, before the controller is ready */
export function controllerProcess(
  settings: ControllerSettings,
  onFirstAdmin: (admin: FirstAdmin) => void,
): ProcessSpec {
  return {
    name: 'controller',
    title: 'Controller',
    spawn: () =>
      forkNode(
        CONTROLLER_MAIN,
        {
          CORRAL_HOST: settings.host,
          CORRAL_PORT: String(settings.port),
          DATABASE_URL: settings.databaseUrl,
          ...settings.nats,
          CORRAL_ADMIN_TOKEN: settings.adminToken,
          CORRAL_AUTH_SECRET: settings.authSecret,
          CORRAL_SPOOL_DIR: settings.spoolDir,
          ...settings.secrets,
        },
        settings.cwd,
      ),
    isReady: (sign) => 'message' in sign && typeOf(sign.message) === 'ready',
    onMessage: (message) => {
      const parsed = messageSchema.safeParse(message);
      if (parsed.success && parsed.data.type === 'first-admin') onFirstAdmin(parsed.data);
    },
    startTimeoutMs: START_TIMEOUT_MS,
    stopTimeoutMs: STOP_TIMEOUT_MS,
  };
}

function typeOf(message: unknown): string | undefined {
  const parsed = messageSchema.safeParse(message);
  return parsed.success ? parsed.data.type : undefined;
}

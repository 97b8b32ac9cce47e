/** Puts the application together; main.ts runs it, and tests can start it in their own process. */
import { ConsoleLogger, StandardSchemaValidationPipe } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, NestFactory } from '@nestjs/core';
import { Transport } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { AppModule } from './app.module.js';
import { undeclaredRoutes } from './auth/declared-access.js';
import { FailureException } from './common/failure-exception.pure.js';
import { FailureFilter } from './common/failure.filter.js';
import { invalidBody } from './common/invalid-body.pure.js';
import { useJsonBodies } from './common/json-body.js';
import { newRequestId, sendRequestIds } from './common/request-id.js';
import { refuseWhenStopping, StopState } from './common/stopping.js';
import type { Config } from './config/config.js';
import { VERSION } from './config/version.js';
import { serveConsole } from './console/serve-console.js';
import { DIALECTS } from './gateway/dialects.js';
import { NatsAccess } from './infra/nats-access.js';
import { natsOptions } from './infra/nats-options.js';

/** A client that takes longer to send its headers is not going to. */
const HEADERS_TIMEOUT_MS = 10_000;
/** Between two requests of one connection; longer than common proxies keep theirs. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

/** Ready to listen; connected to NATS and the database. Throws when either is missing. */
export async function createApplication(config: Config): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: config.http.bodyLimitBytes,
    trustProxy: config.http.trustedProxies.length === 0 ? false : config.http.trustedProxies,
    genReqId: newRequestId,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    // Bodies are read at once or not at all; answers may stream for long.
    requestTimeout: 60_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 512 },
  });
  const server = adapter.getInstance();
  sendRequestIds(server);
  useJsonBodies(server, config.http.bodyLimitBytes);

  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config), adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: new ConsoleLogger({ json: true, logLevels: logLevelsFrom(config.logLevel) }),
  });
  refuseWhenStopping(server, app.get(StopState));
  app.useGlobalFilters(new FailureFilter(DIALECTS.map(({ errors }) => errors)));
  app.useGlobalPipes(
    new StandardSchemaValidationPipe({
      exceptionFactory: (issues) => new FailureException(invalidBody(issues)),
    }),
  );
  const { login } = app.get(NatsAccess);
  app.connectMicroservice({ transport: Transport.NATS, options: natsOptions(login) });
  refuseUndeclaredRoutes(app);
  describeApi(app);
  await serveConsole(server, config.consoleDir);
  await app.startAllMicroservices();
  await app.init();
  return app;
}

function logLevelsFrom(
  level: Config['logLevel'],
): ('debug' | 'log' | 'warn' | 'error' | 'fatal')[] {
  const levels = ['debug', 'log', 'warn', 'error', 'fatal'] as const;
  return levels.slice(levels.indexOf(level === 'info' ? 'log' : level));
}

function refuseUndeclaredRoutes(app: NestFastifyApplication): void {
  const undeclared = undeclaredRoutes(
    app.get(DiscoveryService, { strict: false }),
    new MetadataScanner(),
  );
  if (undeclared.length > 0) {
    throw new Error(`These routes do not say who may call them: ${undeclared.join(', ')}`);
  }
}

function describeApi(app: NestFastifyApplication): void {
  const description = new DocumentBuilder()
    .setTitle('Corral')
    .setDescription('A team’s own machines as one private LLM endpoint.')
    .setVersion(VERSION)
    .addBearerAuth()
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description), {
    jsonDocumentUrl: 'openapi.json',
    ui: false,
    raw: ['json'],
  });
}

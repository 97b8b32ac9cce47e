/**
 * The controller process. Settings come from the environment (config/config.ts).
 *
 * Started by a parent with an IPC channel, it says `{type: 'ready', url}` and, on a first start,
 * `{type: 'first-admin', …}`, and ends when the parent does: a `kill -9` must leave nothing behind.
 */
import 'reflect-metadata';
import { migrateDatabase } from './infra/migrate-database.js';
import { createApplication } from './application.js';
import { FirstAdminService, type FirstAdmin } from './auth/first-admin.service.js';
import { loadConfig } from './config/config.js';

/** Streams under way get this long to end. */
const STOP_TIMEOUT_MS = 9_000;

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  await migrateDatabase(config.databaseUrl);
  const app = await createApplication(config);
  const firstAdmin = await app.get(FirstAdminService).ensure();
  await app.listen(config.http.port, config.http.host);
  const url = config.http.publicUrl ?? (await app.getUrl()).replace('[::1]', 'localhost');
  if (firstAdmin !== null) show(firstAdmin);
  process.send?.({ type: 'ready', url });

  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    app.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
}

function show({ email, password, apiKey }: FirstAdmin): void {
  if (process.send !== undefined) process.send({ type: 'first-admin', email, password, apiKey });
  else {
    process.stdout.write(
      `First admin: ${email}, password ${password}\nFirst API key: ${apiKey}\nThey are not shown again.\n`,
    );
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`corral controller: ${whyNot(error)}\n`);
  process.exit(1);
});

function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') {
    return 'The port is taken by another program. Choose another with CORRAL_PORT.';
  }
  return error.stack ?? error.message;
}

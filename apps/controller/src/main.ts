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
import { startFailure } from './start-failure.js';

/** Beyond the draining of streams: for last answers to reach slow clients, and rows the database. */
const STOP_TIMEOUT_MS = 5_000;

async function main(): Promise<void> {
  // Until there is something to stop in order, losing the parent just ends the process.
  const end = (): void => process.exit(1);
  process.on('disconnect', end);
  const config = loadConfig(process.env);
  await migrateDatabase(config.databaseUrl);
  const app = await createApplication(config);
  await app.listen(config.http.port, config.http.host);
  // Shown once, so only when nothing more can go wrong.
  const firstAdmin = await app.get(FirstAdminService).ensure();
  const url = config.http.publicUrl ?? (await app.getUrl()).replace('[::1]', 'localhost');
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(end, config.drainMs + STOP_TIMEOUT_MS).unref();
    app.close().then(() => process.exit(0), end);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.off('disconnect', end);
  process.on('disconnect', stop);
  if (firstAdmin !== null) show(firstAdmin);
  process.send?.({ type: 'ready', url });
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
  process.stderr.write(`corral controller: ${startFailure(error)}\n`);
  process.exit(1);
});

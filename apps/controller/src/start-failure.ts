/** Why the controller did not start, for whoever started it. */
import { ConfigError } from './config/config.js';

/** One line where the cause is a known one; else the error with its stack. */
export function startFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigError) return error.message;
  const { code, port } = error as { code?: unknown; port?: unknown };
  if (code === 'EADDRINUSE') {
    return `Port ${String(port)} is taken by another program. Choose another with CORRAL_PORT.`;
  }
  if (code === 'ECONNREFUSED') {
    return `Nothing listens on port ${String(port)}: is the server of DATABASE_URL running?`;
  }
  if (error.name === 'AuthorizationError') {
    return 'NATS does not let this controller in: look at NATS_AUTHORITY_FILE, NATS_CREDS_FILE, or NATS_USER and NATS_PASSWORD.';
  }
  if (error.name === 'ConnectionError') {
    return `NATS cannot be reached (${error.message}): is the server of NATS_URL running?`;
  }
  return error.stack ?? error.message;
}

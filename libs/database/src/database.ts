import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.js';

/** Connections of one process at most; the request path uses none. */
const MAX_CONNECTIONS = 8;
/** A database that is away should fail a query soon, not hold it. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A server that has stopped answering should fail it too. */
const QUERY_TIMEOUT_MS = 10_000;

/** A client for the database at `url` (`postgresql://…`); it connects with the first query. */
export function createPrisma(url: string): PrismaClient {
  const adapter = new PrismaPg({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    application_name: 'corral-controller',
  });
  return new PrismaClient({ adapter });
}

export * from './database.js';
export * from './migrate.js';
export { Prisma, PrismaClient } from './generated/client.js';

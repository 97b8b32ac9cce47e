/** Teams and people of an integration spec, straight in the database. */
import { randomUUID } from 'node:crypto';
import { DEFAULT_TEAM_ID, type Role } from '@corral/contracts/http';
import type { Principal } from '../common/principal.pure.js';
import type { PrismaService } from '../infra/prisma.service.js';

/** Gives its id. */
export async function addTeam({ client }: PrismaService, name: string): Promise<string> {
  return (await client.team.create({ data: { name } })).id;
}

/** As they are once they have signed in. */
export async function addPerson(
  { client }: PrismaService,
  role: Role,
  teamId: string = DEFAULT_TEAM_ID,
): Promise<Principal & { userId: string; email: string; teamId: string }> {
  const userId = randomUUID();
  const email = `${role}-${userId}@corral.local`;
  await client.user.create({ data: { id: userId, email, name: role, role, teamId } });
  const from = { requestId: 'req_spec', address: '127.0.0.1' };
  return { kind: 'user', userId, email, role, teamId, sessionId: 'session', ...from };
}

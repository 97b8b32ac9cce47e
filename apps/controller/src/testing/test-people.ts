/** People of every role and team, signed in; and a browser's cookies. */
import { randomUUID } from 'node:crypto';
import { DEFAULT_TEAM_ID, type Role } from '@corral/contracts/http';
import { passwordAccount } from '../auth/password-account.js';
import { PrismaService } from '../infra/prisma.service.js';
import type { Answer, TestApplication } from './test-application.js';

export const PASSWORD = 'a password of some length';

export interface TestPerson {
  id: string;
  email: string;
  /** Of a request from the console, in the person's session. */
  headers: { cookie: string; origin: string };
}

/** A new person with {@link PASSWORD}, signed in. */
export async function addPerson(
  controller: TestApplication,
  role: Role,
  teamId: string = DEFAULT_TEAM_ID,
): Promise<TestPerson> {
  const id = randomUUID();
  const email = `${role}-${id}@example.com`;
  const account = await passwordAccount(id, PASSWORD);
  await controller.app.get(PrismaService).client.user.create({
    data: {
      id,
      email,
      name: role,
      role,
      teamId,
      emailVerified: true,
      accounts: { create: account },
    },
  });
  return { id, email, headers: await signedIn(controller, email) };
}

/** A new team without anybody. */
export async function addTeam(controller: TestApplication): Promise<string> {
  const { client } = controller.app.get(PrismaService);
  return (await client.team.create({ data: { name: `team ${randomUUID()}` } })).id;
}

export function signIn(
  controller: TestApplication,
  email: string,
  password: string = PASSWORD,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return controller.ask('POST', '/api/auth/sign-in/email', {
    body: { email, password },
    headers: { origin: controller.url, ...headers },
  });
}

/** The headers of a new session. Throws when there is none. */
export async function signedIn(
  controller: TestApplication,
  email: string,
  password: string = PASSWORD,
): Promise<TestPerson['headers']> {
  const { status, headers } = await signIn(controller, email, password);
  if (status !== 200) throw new Error(`${email} is not signed in: ${status}`);
  return { cookie: cookieOf(headers), origin: controller.url };
}

/** What a browser would send back. */
export function cookieOf(headers: Headers): string {
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

/** Asks the admin API as that person. */
export function askAs(
  controller: TestApplication,
  person: TestPerson,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  return controller.ask(method, `/admin/v1${path}`, { headers: person.headers, body });
}

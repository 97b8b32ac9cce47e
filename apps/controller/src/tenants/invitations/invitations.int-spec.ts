import type { CreatedInvitation, InvitationView } from '@corral/contracts/http';
import { PrismaService } from '../../infra/prisma.service.js';
import { TestApplication, type Answer } from '../../testing/test-application.js';
import {
  addPerson,
  addTeam,
  askAs,
  PASSWORD,
  signIn,
  type TestPerson,
} from '../../testing/test-people.js';
import { startServers, type TestServers } from '../../testing/test-servers.js';

describe('invitations', () => {
  let servers: TestServers;
  let controller: TestApplication;
  let red: string;
  let blue: string;
  let admin: TestPerson;
  let lead: TestPerson;
  let otherLead: TestPerson;
  let count = 0;

  beforeAll(async () => {
    servers = await startServers();
    controller = await TestApplication.start(servers.config());
    [red, blue] = [await addTeam(controller), await addTeam(controller)];
    admin = await addPerson(controller, 'admin');
    lead = await addPerson(controller, 'lead', red);
    otherLead = await addPerson(controller, 'lead', blue);
  });
  afterAll(async () => {
    await controller.stop();
    await servers.remove();
  });

  const client = () => controller.app.get(PrismaService).client;
  const newEmail = () => `new-${(count += 1)}@example.com`;
  const invite = (by: TestPerson, wanted: object = {}) =>
    askAs(controller, by, 'POST', '/invitations', { email: newEmail(), ...wanted });
  const tokenOf = ({ body }: Answer): string =>
    new URL((body as CreatedInvitation).url).searchParams.get('token') ?? '';
  const accept = (token: string) =>
    controller.ask('POST', '/admin/v1/invitations/accept', {
      body: { token, name: 'New', password: PASSWORD },
    });

  it('lead to an account that can sign in, by a link that is shown once', async () => {
    const invited = await invite(admin, { role: 'lead', teamId: blue });
    const { id, email, url } = invited.body as CreatedInvitation;
    expect(url).toMatch(new RegExp(`^${controller.url}/accept-invitation\\?token=[\\w-]{43}$`));
    const accepted = await accept(tokenOf(invited));
    expect(accepted).toMatchObject({ status: 201, body: { email, role: 'lead', teamId: blue } });
    expect((await signIn(controller, email)).status).toBe(200);
    const { body } = await askAs(controller, admin, 'GET', '/invitations');
    const listed = (body as { data: InvitationView[] }).data.find((one) => one.id === id);
    expect(listed).toMatchObject({ state: 'accepted' });
    expect(JSON.stringify(body)).not.toContain(tokenOf(invited));
  });

  it('work once, however many try at the same time', async () => {
    const token = tokenOf(await invite(admin));
    const answers = await Promise.all(Array.from({ length: 20 }, () => accept(token)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 404)).toHaveLength(19);
  });

  it('answer alike when unknown, used, revoked or expired', async () => {
    const [used, revoked, expired] = [
      await invite(admin),
      await invite(admin),
      await invite(admin),
    ];
    await accept(tokenOf(used));
    const { id } = revoked.body as CreatedInvitation;
    expect((await askAs(controller, admin, 'DELETE', `/invitations/${id}`)).status).toBe(204);
    await client().invitation.update({
      where: { id: (expired.body as CreatedInvitation).id },
      data: { expiresAt: new Date(0) },
    });
    const answers = [];
    for (const token of ['x'.repeat(43), tokenOf(used), tokenOf(revoked), tokenOf(expired)]) {
      const { status, body } = await accept(token);
      answers.push({ status, body });
    }
    expect(answers[0]).toMatchObject({ status: 404 });
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it('say that the address has an account only to who has the link', async () => {
    const email = newEmail();
    const [first, second] = [await invite(admin, { email }), await invite(lead, { email })];
    await accept(tokenOf(first));
    expect((await accept(tokenOf(second))).status).toBe(409);
    expect((await invite(admin, { email })).status).toBe(409);
    // Not to a lead, who may not know who is in other teams.
    expect((await invite(lead, { email })).status).toBe(201);
  });

  it('of a lead are for developers of the own team', async () => {
    expect((await invite(lead)).body).toMatchObject({ role: 'developer', teamId: red });
    for (const role of ['viewer', 'lead', 'admin']) {
      expect((await invite(lead, { role })).status).toBe(403);
    }
    expect((await invite(lead, { teamId: blue })).status).toBe(404);
    expect((await invite(admin, { teamId: 'nowhere' })).status).toBe(404);
  });

  it('of another team are not there for a lead', async () => {
    const { body } = await invite(lead);
    const { id } = body as CreatedInvitation;
    expect((await askAs(controller, otherLead, 'DELETE', `/invitations/${id}`)).status).toBe(404);
    const listed = await askAs(controller, otherLead, 'GET', '/invitations');
    expect(JSON.stringify(listed.body)).not.toContain(id);
  });

  it('are not a lead’s to revoke when they are for another lead', async () => {
    const { body } = await invite(admin, { role: 'lead', teamId: red });
    const { id } = body as CreatedInvitation;
    expect((await askAs(controller, lead, 'DELETE', `/invitations/${id}`)).status).toBe(403);
  });

  it('end with the standing of who sent them', async () => {
    const leaving = await addPerson(controller, 'admin');
    const token = tokenOf(await invite(leaving, { role: 'admin' }));
    await askAs(controller, admin, 'PATCH', `/users/${leaving.id}`, { disabled: true });
    expect((await accept(token)).status).toBe(404);
  });

  it.each(['short', 'x'.repeat(129)])('refuse the password %p', async (password) => {
    const token = tokenOf(await invite(admin));
    const body = { token, name: 'New', password };
    expect(await controller.ask('POST', '/admin/v1/invitations/accept', { body })).toMatchObject({
      status: 400,
      body: { error: { param: 'password' } },
    });
  });

  it('leave neither token nor password in the database', async () => {
    const token = tokenOf(await invite(admin));
    await accept(token);
    const rows = [
      await client().invitation.findMany(),
      await client().auditEntry.findMany(),
      await client().account.findMany(),
    ];
    const text = JSON.stringify(rows);
    expect(text).not.toContain(token);
    expect(text).not.toContain(PASSWORD);
  });

  it('are refused after many tries from one address', async () => {
    const statuses = new Set<number>();
    for (let tried = 0; tried < 60; tried += 1) statuses.add((await accept('guess')).status);
    expect(statuses).toEqual(new Set([404, 429]));
  });
});

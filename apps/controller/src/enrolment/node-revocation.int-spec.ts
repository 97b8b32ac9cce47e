import { connectBus, issueControllerCreds, type Bus } from '@corral/bus';
import type { CreatedJoinToken, NodeView } from '@corral/contracts/http';
import { until } from '@corral/testing';
import { PrismaService } from '../infra/prisma.service.js';
import { NodesService } from '../nodes/nodes.service.js';
import { JoiningMachine } from '../testing/joined-machine.js';
import { startOperatorNats, type OperatorNats } from '../testing/operator-nats.js';
import { TestApplication, type Answer } from '../testing/test-application.js';
import { startServers, type TestServers } from '../testing/test-servers.js';

describe('a node that is revoked', () => {
  let servers: TestServers;
  let nats: OperatorNats;
  let controller: TestApplication;
  const open: Bus[] = [];

  beforeAll(async () => {
    [servers, nats] = await Promise.all([startServers(), startOperatorNats()]);
    controller = await TestApplication.start(servers.config(nats.environment));
  });
  afterAll(async () => {
    await Promise.all(open.map((bus) => bus.close()));
    await controller.stop();
    await Promise.all([servers.remove(), nats.remove()]);
  });

  async function joined(
    nodeId: string,
  ): Promise<{ machine: JoiningMachine; answer: Answer; bus: Bus }> {
    const { body } = await controller.admin('POST', '/join-tokens', {});
    const machine = new JoiningMachine(controller, nodeId);
    const answer = await machine.join((body as CreatedJoinToken).token);
    const bus = await machine.connect(answer);
    open.push(bus);
    return { machine, answer, bus };
  }
  const revoke = (nodeId: string) => controller.admin('POST', `/nodes/${nodeId}/revoke`);
  async function stateOf(nodeId: string): Promise<string | undefined> {
    const { body } = await controller.admin('GET', '/nodes');
    return (body as { data: NodeView[] }).data.find(({ id }) => id === nodeId)?.state;
  }

  it('is cut off at once, cannot return, and leaves the others alone', async () => {
    const [bad, good] = [await joined('node-bad'), await joined('node-good')];
    bad.machine.report(bad.bus);
    await until('its heartbeat', async () => (await stateOf('node-bad')) === 'ready');
    const statuses: string[] = [];
    bad.bus.onStatus((status) => statuses.push(status));
    good.bus.onStatus((status) => statuses.push(`good: ${status}`));

    expect(await revoke('node-bad')).toMatchObject({
      status: 200,
      body: { id: 'node-bad', cutOff: true },
    });
    await until('the end of its connection', () => statuses.includes('closed'));
    await expect(bad.machine.connect(bad.answer)).rejects.toThrow(/authorization/i);
    good.machine.report(good.bus);
    await until('the other one', async () => (await stateOf('node-good')) === 'ready');
    expect(statuses).not.toContainEqual(expect.stringContaining('good'));
  });

  it('stays out when the NATS server starts again', async () => {
    const { machine, answer } = await joined('node-restart');
    expect((await revoke('node-restart')).status).toBe(200);
    await nats.server.stop();
    await nats.server.start();
    await expect(machine.connect(answer)).rejects.toThrow(/authorization/i);
  });

  it('cannot join again, with a new token and its old key or a new one', async () => {
    const { machine } = await joined('node-again');
    await revoke('node-again');
    const { body } = await controller.admin('POST', '/join-tokens', {});
    const { token } = body as CreatedJoinToken;
    for (const one of [machine, new JoiningMachine(controller, 'node-again')]) {
      expect(await one.join(token)).toMatchObject({
        status: 409,
        body: { error: { message: expect.stringContaining('was revoked') } },
      });
    }
  });

  it('is not heard any more, and nobody is heard in another’s name', async () => {
    const { machine, bus } = await joined('node-mute');
    machine.report(bus);
    await until('its heartbeat', async () => (await stateOf('node-mute')) === 'ready');
    await revoke('node-mute');
    // NATS lets none of this through from a worker; controllers may say anything.
    const creds = await issueControllerCreds(nats.authority);
    const anybody = await connectBus({ servers: nats.server.url, name: 'spec', creds });
    const next = new JoiningMachine(controller, 'node-next');
    machine.report(anybody, { name: 'said after it was revoked' });
    next.report(anybody, { nodeId: 'node-robbed' });
    next.report(anybody);
    await until('the last heartbeat', async () => (await stateOf('node-next')) === 'ready');
    const nodes = controller.app.get(NodesService);
    expect(nodes.find('node-mute')?.heartbeat.sequence).toBe(0);
    expect(nodes.find('node-robbed')).toBeNull();
    await anybody.close();
  });

  it('is revoked once, and written down once', async () => {
    await joined('node-twice');
    const [first, second] = [await revoke('node-twice'), await revoke('node-twice')];
    expect(second.body).toEqual(first.body);
    const entries = await controller.app.get(PrismaService).client.auditEntry.findMany({
      where: { subjectId: 'node-twice', action: 'node.revoke' },
    });
    expect(entries).toHaveLength(1);
  });

  it('is refused by NATS as soon as NATS is back, when it was away', async () => {
    const { machine, answer } = await joined('node-away');
    await nats.server.stop();
    expect(await revoke('node-away')).toMatchObject({ status: 200, body: { cutOff: false } });
    await nats.server.start();
    await until(
      'the refusal',
      async () => {
        try {
          await (await machine.connect(answer)).close();
          return false;
        } catch (fault) {
          return String(fault).includes('Authorization');
        }
      },
      20_000,
    );
  });

  it('has to be there, and to have credentials of its own', async () => {
    expect(await revoke('nobody')).toMatchObject({ status: 404 });
    const { client } = controller.app.get(PrismaService);
    await client.node.create({ data: { id: 'node-shared', name: 'shared' } });
    expect(await revoke('node-shared')).toMatchObject({ status: 409 });
  });
});

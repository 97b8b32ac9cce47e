/** A NATS server that encrypts, with certificates made here. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectBus, issueControllerCreds } from '@corral/bus';
import type { CreatedJoinToken, JoinAnswer } from '@corral/contracts/http';
import { JoiningMachine } from '../testing/joined-machine.js';
import { startOperatorNats, type OperatorNats } from '../testing/operator-nats.js';
import { TestApplication } from '../testing/test-application.js';
import { startServers, type TestServers } from '../testing/test-servers.js';

const run = promisify(execFile);

/** A certificate for localhost and who signed it, as files in `dir`. */
async function certificateIn(dir: string): Promise<{ cert: string; key: string; ca: string }> {
  const [ca, caKey, cert, key] = ['ca.crt', 'ca.key', 'server.crt', 'server.key'].map((name) =>
    join(dir, name),
  ) as [string, string, string, string];
  const openssl = (...args: string[]) => run('openssl', args);
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  await openssl('req', '-x509', ...ec, '-subj', '/CN=spec', '-keyout', caKey, '-out', ca);
  const extensions = join(dir, 'extensions');
  await writeFile(extensions, 'subjectAltName=DNS:localhost\n');
  const request = join(dir, 'server.csr');
  const ecRequest = ec.filter((arg) => arg !== '-days' && arg !== '2');
  await openssl('req', ...ecRequest, '-subj', '/CN=nats', '-keyout', key, '-out', request);
  const signing = ['-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', '2'];
  await openssl('x509', '-req', '-in', request, ...signing, '-extfile', extensions, '-out', cert);
  return { cert, key, ca };
}

describe('a NATS server that encrypts', () => {
  let dir: string;
  let ca: string;
  let servers: TestServers;
  let nats: OperatorNats;
  let controller: TestApplication;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'corral-tls-'));
    const files = await certificateIn(dir);
    ca = await readFile(files.ca, 'utf8');
    [servers, nats] = await Promise.all([startServers(), startOperatorNats(files)]);
    controller = await TestApplication.start(servers.config(nats.environment));
  });
  afterAll(async () => {
    await controller.stop();
    await Promise.all([servers.remove(), nats.remove()]);
    await rm(dir, { recursive: true });
  });

  it('is joined with the certificate that comes with the answer, and revoked from', async () => {
    const { body } = await controller.admin('POST', '/join-tokens', {});
    const machine = new JoiningMachine(controller, 'node-tls');
    const answer = await machine.join((body as CreatedJoinToken).token);
    expect((answer.body as JoinAnswer).ca).toBe(ca);
    const bus = await machine.connect(answer);
    await bus.flush();
    expect(await controller.admin('POST', '/nodes/node-tls/revoke')).toMatchObject({
      body: { cutOff: true },
    });
    await bus.close();
  });

  it('is not trusted without it', async () => {
    const creds = await issueControllerCreds(nats.authority);
    const servers = nats.environment.NATS_URL ?? '';
    const login = { servers, name: 'spec', creds };
    await expect(connectBus(login)).rejects.toThrow();
    const bus = await connectBus({ ...login, ca });
    await bus.close();
  });
});

import type { NodePriceView } from '@corral/contracts/http';
import { EXIT } from '../../cli-error.js';
import { AdminServer } from '../../testing/admin-server.js';
import { runCorral } from '../../testing/run-corral.js';
import { node, overview } from '../../testing/views.js';

const price: NodePriceView = {
  id: 'np-1',
  nodeId: 'n-1',
  hardware: {
    kind: 'bought',
    microdollars: 2_400_000_000,
    lifeMonths: 36,
    purchasedAt: '2026-01-15T00:00:00.000Z',
  },
  loadWatts: 300,
  idleWatts: 60,
  microdollarsPerKwh: 300_000,
  pueThousandths: 1250,
  validFrom: '2026-11-24T00:00:00.000Z',
  current: true,
  microdollarsPerLoadHour: 203_824,
  energyMicrodollarsPerLoadHour: 112_500,
};

const BOUGHT = ['--bought', '2400', '--life', '36', '--purchased', '2026-01-15'];
const POWER = ['--load-watts', '300', '--idle-watts', '60', '--kwh', '0.30'];

describe('corral costs node', () => {
  let server: AdminServer;
  beforeEach(async () => {
    server = await AdminServer.start();
    server.answer('GET /overview', overview([node()]));
    server.answer('PUT /costs/nodes/n-1', price);
    server.answer('GET /costs/nodes', { data: [price] });
  });
  afterEach(() => server.stop());

  it('says what a bought machine costs', async () => {
    await runCorral(server, 'costs', 'node', 'gpu-1', ...BOUGHT, ...POWER, '--pue', '1.25');

    expect(server.changes).toEqual([
      {
        method: 'PUT',
        path: '/costs/nodes/n-1',
        body: {
          hardware: price.hardware,
          loadWatts: 300,
          idleWatts: 60,
          microdollarsPerKwh: 300_000,
          pueThousandths: 1250,
        },
      },
    ]);
  });

  it('takes the rent of a machine to hold its power', async () => {
    await runCorral(server, 'costs', 'node', 'n-1', '--rented-per-hour', '0.5');

    expect(server.changes[0]?.body).toEqual({
      hardware: { kind: 'rented', microdollarsPerHour: 500_000 },
      loadWatts: 0,
      idleWatts: 0,
      microdollarsPerKwh: 0,
    });
  });

  it.each(['--bought', '--life', '--purchased', '--load-watts', '--idle-watts', '--kwh'])(
    'asks for %s of a bought machine',
    async (option) => {
      const all = [...BOUGHT, ...POWER];
      const at = all.indexOf(option);

      const { error } = await runCorral(server, 'costs', 'node', 'gpu-1', ...all.toSpliced(at, 2));

      expect(error).toMatchObject({
        message: expect.stringContaining(option),
        exitCode: EXIT.usage,
      });
      expect(server.asked).toEqual([]);
    },
  );

  it('does not take a machine for bought and rented', async () => {
    const { error } = await runCorral(
      server,
      ...['costs', 'node', 'gpu-1', '--rented-per-hour', '1', ...BOUGHT],
    );

    expect(error).toMatchObject({ code: 'commander.conflictingOption' });
  });

  it('lists what an hour of each node costs', async () => {
    const { output } = await runCorral(server, 'costs', 'nodes');

    expect(output).toMatch(
      /^gpu-1 +\$2,400.00 over 36 months from 2026-01-15 +300 +60 +\$0.30 +1.25 +\$0.2038 +\$0.1125 +2026-11-24$/m,
    );
  });
});

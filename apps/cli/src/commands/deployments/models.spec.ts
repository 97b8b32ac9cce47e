import { AdminServer } from '../../testing/admin-server.js';
import { runCorral } from '../../testing/run-corral.js';

const failure = { code: 'model_unavailable', message: 'Waits for the model file.' };
const model = {
  digest: 'ab'.repeat(32),
  importId: null,
  fileName: 'tiny.gguf',
  sizeBytes: 1_048_576,
  state: 'ready',
  progress: null,
  failure: null,
  facts: null,
  nodeIds: ['node-a'],
  fetches: [
    { nodeId: 'node-b', progress: 0.427, failure: null },
    { nodeId: 'node-c', progress: 0, failure },
  ],
};

describe('corral models list', () => {
  let server: AdminServer;

  beforeAll(async () => {
    server = await AdminServer.start();
  });
  afterAll(() => server.stop());

  it('shows which nodes have a model, and how far it is on its way to others', async () => {
    server.answer('GET /models', { data: [model] });
    const { output } = await runCorral(server, 'models', 'list');
    expect(output.split('\n')[1]).toContain(
      'node-a, node-b (fetching 42 %), node-c (fetching 0 %: Waits for the model file.)',
    );
  });

  it('understands a controller that does not know of fetching yet', async () => {
    server.answer('GET /models', { data: [{ ...model, fetches: undefined }] });
    const { output } = await runCorral(server, 'models', 'list', '--json');
    expect(JSON.parse(output)).toMatchObject([{ nodeIds: ['node-a'], fetches: [] }]);
  });
});

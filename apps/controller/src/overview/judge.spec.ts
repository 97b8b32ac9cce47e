import { judge } from './judge.js';

const READY_NODE = { name: 'a', state: 'ready' as const };
const READY = { name: 'm', state: 'ready' as const, failure: null };

describe('the overview', () => {
  it('is ready when all is well, also with nothing deployed yet', () => {
    expect(judge([READY_NODE], [READY])).toEqual({ status: 'ready', problems: [] });
    expect(judge([READY_NODE], [])).toEqual({ status: 'ready', problems: [] });
  });

  it('is down without a node', () => {
    expect(judge([], [])).toMatchObject({
      status: 'down',
      problems: [expect.stringContaining('join')],
    });
    expect(judge([{ name: 'a', state: 'lost' }], [READY]).status).toBe('down');
  });

  it('is degraded while a part is missing, and says which and why', () => {
    const failure = { code: 'model_unavailable' as const, message: 'needs 9 GiB' };
    const { status, problems } = judge(
      [READY_NODE, { name: 'b', state: 'suspect' }],
      [READY, { name: 'big', state: 'failed', failure }],
    );
    expect(status).toBe('degraded');
    expect(problems).toEqual([
      expect.stringContaining('Node b'),
      'Deployment big is failed: needs 9 GiB',
    ]);
  });
});

import { judge } from './judge.pure.js';

const READY_NODE = { state: 'ready' as const, problems: [] };
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
    expect(judge([{ state: 'lost', problems: ['lost'] }], [READY]).status).toBe('down');
  });

  it('says that nothing is moved while most nodes are silent, and what ends that', () => {
    const silent = { state: 'suspect' as const, problems: [] };
    const { status, problems } = judge(
      [silent, silent, READY_NODE],
      [READY],
      [{ name: 'b' }, { name: 'c' }],
    );
    expect(status).toBe('degraded');
    expect(problems).toEqual([
      expect.stringMatching(/^2 of 3 nodes fell silent at once \(b, c\).*confirm-lost$/),
    ]);
  });

  it('is degraded while a part is missing, and says which and why', () => {
    const failure = { code: 'model_unavailable' as const, message: 'needs 9 GiB' };
    const { status, problems } = judge(
      [READY_NODE, { state: 'suspect', problems: ['Node b is silent.'] }],
      [READY, { name: 'big', state: 'failed', failure }],
    );
    expect(status).toBe('degraded');
    expect(problems).toEqual(['Node b is silent.', 'Deployment big is failed: needs 9 GiB']);
  });
});

import { BRAKE_OFF, confirmLost, nextBrake, type Brake, type HeardNode } from './brake.pure.js';

/** Nodes n0, n1, … by how long they have been silent, in seconds. */
const silentFor = (...seconds: number[]): HeardNode[] =>
  seconds.map((s, at) => ({ nodeId: `n${at}`, silentMs: s * 1_000, isLeaving: false }));
const heldBy = (brake: Brake): string[] => [...brake.held];

describe('the brake', () => {
  it.each([
    ['no node', [], []],
    ['the only node', [4], []],
    ['one of two', [4, 0], []],
    ['both of two', [4, 4], ['n0', 'n1']],
    ['one of three', [4, 0, 0], []],
    ['two of three', [4, 4, 0], ['n0', 'n1']],
    ['two of four', [4, 4, 0, 0], []],
    ['three of four', [4, 4, 4, 0], ['n0', 'n1', 'n2']],
    ['five of ten', [4, 4, 4, 4, 4, 0, 0, 0, 0, 0], []],
    ['six of ten', [4, 4, 4, 4, 4, 4, 0, 0, 0, 0], ['n0', 'n1', 'n2', 'n3', 'n4', 'n5']],
    ['two of three within 10 s', [13, 4, 0], ['n0', 'n1']],
    ['two of three, the first long ago', [13.1, 4, 0], []],
    ['two of three, not suspect yet', [3, 3, 0], []],
  ])('with %s silent', (_, seconds, held) => {
    expect(heldBy(nextBrake(BRAKE_OFF, silentFor(...seconds)))).toEqual(held);
  });

  it('counts no node that said that it leaves', () => {
    const nodes = silentFor(4, 4, 0).map((node, at) => ({ ...node, isLeaving: at === 0 }));
    expect(heldBy(nextBrake(BRAKE_OFF, nodes))).toEqual([]);
  });

  const on = nextBrake(BRAKE_OFF, silentFor(4, 4, 4, 0));

  it('holds for as long as they are silent, and holds those that fall silent after them', () => {
    expect(heldBy(nextBrake(on, silentFor(3_600, 3_600, 3_600, 0)))).toEqual(['n0', 'n1', 'n2']);
    expect(heldBy(nextBrake(on, silentFor(60, 60, 60, 4)))).toEqual(['n0', 'n1', 'n2', 'n3']);
  });

  it('ends by itself when enough are heard again', () => {
    expect(heldBy(nextBrake(on, silentFor(60, 60, 0.1, 0)))).toEqual([]);
  });

  it('ends when an admin confirms, and does not begin again for the same nodes', () => {
    const confirmed = confirmLost(on, heldBy(on));
    expect(heldBy(confirmed)).toEqual([]);
    expect(heldBy(nextBrake(confirmed, silentFor(5, 5, 5, 0)))).toEqual([]);
  });

  it('counts a confirmed node again once it was heard', () => {
    const confirmed = nextBrake(confirmLost(on, heldBy(on)), silentFor(0, 0, 0, 0));
    expect(confirmed).toEqual(BRAKE_OFF);
    expect(heldBy(nextBrake(confirmed, silentFor(4, 4, 4, 0)))).toEqual(['n0', 'n1', 'n2']);
  });
});

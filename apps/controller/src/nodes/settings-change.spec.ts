import { PLAIN_SETTINGS, settingsOf, type NodeSettings } from './node-settings.pure.js';
import { ordered, updated, type NodeOrder } from './settings-change.pure.js';

const before = new Date('2026-01-01T00:00:00Z');
const now = new Date('2026-01-02T00:00:00Z');
const plain = { cordonedAt: null, drainedAt: null };
const cordoned = { cordonedAt: before, drainedAt: null };
const drained = { cordonedAt: before, drainedAt: before };
const cordonedThenDrained = { cordonedAt: before, drainedAt: now };

function after(was: Partial<NodeSettings>, order: NodeOrder): object {
  const change = ordered({ ...PLAIN_SETTINGS, ...was }, order, now);
  if (!change.ok) return change.failure;
  const { cordonedAt, drainedAt } = change.settings;
  return { cordonedAt, drainedAt };
}

describe('an order of an admin', () => {
  it.each<[NodeOrder, string, object, object]>([
    ['cordon', 'a plain', plain, { cordonedAt: now, drainedAt: null }],
    ['cordon', 'a cordoned', cordoned, cordoned],
    ['uncordon', 'a cordoned', cordoned, plain],
    ['uncordon', 'a plain', plain, plain],
    ['drain', 'a plain', plain, { cordonedAt: now, drainedAt: now }],
    ['drain', 'a cordoned', cordoned, cordonedThenDrained],
    ['drain', 'a drained', drained, drained],
    ['undrain', 'a drained', drained, plain],
    ['undrain', 'a cordoned and then drained', cordonedThenDrained, cordoned],
    ['undrain', 'a cordoned', cordoned, cordoned],
  ])('to %s %s node', (order, _, was, is) => {
    expect(after(was, order)).toEqual(is);
  });

  it('does not uncordon a node that is drained, and says what does', () => {
    expect(after(drained, 'uncordon')).toEqual({
      code: 'conflict',
      message: 'The node is drained: end that with undrain.',
    });
  });
});

describe('a change of labels', () => {
  const was = { ...PLAIN_SETTINGS, labels: { zone: 'a', team: 'red' } };

  it('sets, takes away, and leaves the others', () => {
    const change = updated(was, { labels: { zone: null, gpu: 'big' } });
    expect(change).toMatchObject({ ok: true, settings: { labels: { team: 'red', gpu: 'big' } } });
    expect(change.ok && change.settings.polite).toBe(false);
  });

  it('refuses a label of the prefix that is worked out', () => {
    expect(updated(was, { labels: { 'corral/os': 'plan9' } })).toMatchObject({
      ok: false,
      failure: { code: 'invalid_value', param: 'labels' },
    });
  });

  it('refuses more than 32', () => {
    const many = Object.fromEntries(Array.from({ length: 31 }, (_, at) => [`l${at}`, 'x']));
    expect(updated(was, { labels: many })).toMatchObject({
      ok: false,
      failure: { message: 'A node has at most 32 labels.' },
    });
    expect(updated(was, { labels: { ...many, l0: null } }).ok).toBe(true);
  });
});

describe('a row', () => {
  it('with labels that nobody could have given has none', () => {
    expect(settingsOf({ ...PLAIN_SETTINGS, labels: ['?'] }).labels).toEqual({});
    expect(settingsOf({ ...PLAIN_SETTINGS, labels: { a: 'b' } }).labels).toEqual({ a: 'b' });
  });
});

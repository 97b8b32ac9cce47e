import { findNode } from './find-node.pure.js';

const nodes = [
  { id: 'n1', name: 'gpu' },
  { id: 'n2', name: 'gpu' },
  { id: 'n3', name: 'desk' },
  { id: 'desk', name: 'n1' },
];
const failure = (text: string): object => {
  const found = findNode(nodes, text);
  if (found.ok) throw new Error(`found ${found.node.id}`);
  return found.failure;
};

describe('a node', () => {
  it.each([
    ['n3', 'n3'],
    ['n1', 'n1'],
    ['desk', 'desk'],
  ])('is meant by %s: %s, the id before the name', (text, id) => {
    expect(findNode(nodes, text)).toMatchObject({ ok: true, node: { id } });
  });

  it('is meant by a name that only it has', () => {
    expect(findNode(nodes.slice(2, 3), 'desk')).toMatchObject({ ok: true, node: { id: 'n3' } });
  });

  it('is not guessed among several of one name', () => {
    expect(failure('gpu')).toMatchObject({
      code: 'conflict',
      message: "2 nodes are called 'gpu'. Name one by its id: n1, n2",
    });
  });

  it('that is not there is not found', () => {
    expect(failure('tpu')).toMatchObject({ code: 'not_found' });
  });
});

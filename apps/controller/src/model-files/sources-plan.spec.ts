import { neededFileSchema, type FileServer } from '@corral/contracts';
import { storedModel } from '../testing/heartbeats.js';
import { lackedBy, planSources, type FileNode } from './sources-plan.pure.js';

const digest = 'ab'.repeat(32);
const relay = { url: 'https://corral/internal/v1/models/x', token: 'pass'.repeat(10) };
const noRelay = () => null;

function server(host: string, change: Partial<FileServer> = {}): FileServer {
  return {
    urls: [`http://${host}:9000`],
    token: `token-${host}`.padEnd(32, '-'),
    uploads: 0,
    ...change,
  };
}
function holder(nodeId: string, change: Partial<FileNode> = {}): FileNode {
  const fileServer = server(`${nodeId}.lan`);
  return { nodeId, isReachable: true, models: [storedModel()], fileServer, ...change };
}
const asker = (nodeId = 'me') => holder(nodeId, { models: [] });

/** Hosts in the order in which they are to be asked; null when nothing is known of the file. */
function hosts(nodes: FileNode[], from = asker(), relayOf: () => typeof relay | null = noRelay) {
  const [file] = planSources(from, [digest], [from, ...nodes], relayOf);
  return file?.sources.map(({ url }) => new URL(url).hostname) ?? null;
}

describe('what a node lacks', () => {
  it('is what is not complete in its store, each once', () => {
    const models = [storedModel(), storedModel({ digest: 'cd'.repeat(32), state: 'failed' })];
    const needed = [digest, 'cd'.repeat(32), 'ef'.repeat(32), 'ef'.repeat(32)];
    expect(lackedBy({ models }, needed)).toEqual(['cd'.repeat(32), 'ef'.repeat(32)]);
  });
});

describe('the sources of a file', () => {
  it('are the reachable nodes that have it, with what opens it there', () => {
    const [file] = planSources(asker(), [digest], [asker(), holder('a')], noRelay);
    expect(neededFileSchema.parse(file)).toEqual({
      digest,
      fileName: 'tiny.gguf',
      sizeBytes: 1_000,
      sources: [{ url: `http://a.lan:9000/models/${digest}`, token: server('a.lan').token }],
    });
  });

  it('are not nodes that are away, serve nothing or have not all of it', () => {
    const away = holder('a', { isReachable: false });
    const mute = holder('b', { fileServer: null });
    const half = holder('c', { models: [storedModel({ state: 'importing' })] });
    expect(hosts([away, mute, half])).toEqual([]);
    expect(hosts([away, half])).toBeNull();
    expect(hosts([])).toBeNull();
  });

  it('begin with the one that sends least', () => {
    const busy = holder('a', { fileServer: server('a.lan', { uploads: 2 }) });
    const less = holder('b', { fileServer: server('b.lan', { uploads: 1 }) });
    expect(hosts([busy, less, holder('c')])).toEqual(['c.lan', 'b.lan', 'a.lan']);
  });

  it('differ from asker to asker among equals', () => {
    const nodes = ['a', 'b', 'c', 'd'].map((id) => holder(id));
    const firsts = Array.from({ length: 40 }, (_, at) => hosts(nodes, asker(`node-${at}`))?.[0]);
    for (const { nodeId } of nodes) {
      expect(firsts.filter((host) => host === `${nodeId}.lan`).length).toBeGreaterThan(2);
    }
  });

  it('are every node’s first address before any node’s second', () => {
    const urls = ['http://one.a:1', 'http://two.a:1'];
    const first = holder('a', { fileServer: server('a', { urls }) });
    const second = holder('b', { fileServer: server('b.lan', { uploads: 1 }) });
    expect(hosts([first, second])).toEqual(['one.a', 'b.lan', 'two.a']);
  });

  it('are loopback addresses only for those that are at home there themselves', () => {
    const local = (id: string) => holder(id, { fileServer: server('127.0.0.1'), models: [] });
    const source = holder('a', { fileServer: server('127.0.0.1') });
    expect(hosts([source])).toEqual([]);
    expect(hosts([source], local('me'))).toEqual(['127.0.0.1']);
  });

  it('end with the controllers’ own address, where somebody has the file', () => {
    expect(hosts([holder('a')], asker(), () => relay)).toEqual(['a.lan', 'corral']);
    const local = holder('a', { fileServer: server('127.0.0.1') });
    expect(hosts([local], asker(), () => relay)).toEqual(['corral']);
    const mute = holder('a', { fileServer: null });
    expect(hosts([mute], asker(), () => relay)).toEqual([]);
  });

  it('are as many as a list may hold, the controllers’ address among them', () => {
    const nodes = Array.from({ length: 100 }, (_, at) => holder(`n${at}`));
    const all = hosts(nodes, asker(), () => relay);
    expect(all).toHaveLength(32);
    expect(all?.at(-1)).toBe('corral');
  });
});

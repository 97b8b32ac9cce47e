/**
 * Where a node is to get the model files that it lacks: pure. The nodes that have a file come first,
 * the one that sends least at the moment before the others, and among equals another one for each
 * asker, so that many who ask at once make a tree. The controllers' own address comes last: it costs
 * their network as well, but reaches where nodes cannot see each other.
 */
import {
  isLoopbackHost,
  modelFileUrl,
  type FileServer,
  type FileSource,
  type NeededFile,
  type StoredModel,
} from '@corral/contracts';

export interface FileNode {
  nodeId: string;
  /** It was heard of a moment ago, and is not about to leave. */
  isReachable: boolean;
  models: readonly StoredModel[];
  /** Null: it serves nothing. */
  fileServer: FileServer | null;
}

/** What a list of sources may hold. */
const MOST_SOURCES = 32;

/** Digests of `needed` that are not in the node's store, each once. */
export function lackedBy(
  { models }: Pick<FileNode, 'models'>,
  needed: readonly string[],
): string[] {
  return [...new Set(needed)].filter((digest) => storedIn({ models }, digest) === undefined);
}

/**
 * Each file of `lacked` that any reachable node has; the others are left out, as nothing is known
 * of them.
 * @param relayOf the file at the controllers' own address; null where they have none
 */
export function planSources(
  asker: FileNode,
  lacked: readonly string[],
  nodes: readonly FileNode[],
  relayOf: (digest: string) => FileSource | null,
): NeededFile[] {
  return lacked.flatMap((digest) => {
    const holders = holdersOf(digest, nodes, asker.nodeId);
    const model = holders.map((holder) => storedIn(holder, digest))[0];
    if (model === undefined) return [];
    const servers = holders.flatMap(({ fileServer }) => fileServer ?? []);
    const direct = sourcesAt(servers, digest, isAtHome(asker));
    const relay = servers.length === 0 ? null : relayOf(digest);
    const sources = [...direct.slice(0, MOST_SOURCES - 1), ...(relay === null ? [] : [relay])];
    return { digest, fileName: model.fileName, sizeBytes: model.sizeBytes, sources };
  });
}

/** The reachable nodes that have the file, in the order in which `askerId` is to ask them. */
export function holdersOf(digest: string, nodes: readonly FileNode[], askerId: string): FileNode[] {
  const uploads = ({ fileServer }: FileNode): number => fileServer?.uploads ?? 0;
  const turn = ({ nodeId }: FileNode): number => spread(`${askerId} ${nodeId}`);
  return nodes
    .filter((node) => node.isReachable && node.nodeId !== askerId)
    .filter((node) => storedIn(node, digest) !== undefined)
    .sort((a, b) => uploads(a) - uploads(b) || turn(a) - turn(b));
}

/** Every server's first address before any server's second. */
function sourcesAt(
  servers: readonly FileServer[],
  digest: string,
  asksAtHome: boolean,
): FileSource[] {
  const ranked = servers.flatMap(({ urls, token }) =>
    urls
      // Elsewhere, a loopback address would lead the asker to itself.
      .filter((url) => asksAtHome || !isLoopbackHost(new URL(url).hostname))
      .map((url, rank) => ({ rank, source: { url: modelFileUrl(url, digest), token } })),
  );
  return ranked.sort((a, b) => a.rank - b.rank).map(({ source }) => source);
}

/** It is on the machine of its NATS server, as far as it says. */
function isAtHome({ fileServer }: FileNode): boolean {
  return fileServer?.urls.some((url) => isLoopbackHost(new URL(url).hostname)) ?? false;
}

function storedIn({ models }: Pick<FileNode, 'models'>, digest: string): StoredModel | undefined {
  return models.find((model) => model.digest === digest && model.state === 'ready');
}

/** FNV-1a: evenly spread, and the same on every controller. */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash;
}

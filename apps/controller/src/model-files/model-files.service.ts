/** Which model files a node lacks, and who has them: from the heartbeats of this moment. */
import { Injectable } from '@nestjs/common';
import type { FileSource, Heartbeat, NeededFile } from '@corral/contracts';
import { modelFileUrl } from '@corral/contracts';
import { Config } from '../config/config.js';
import { Clock } from '../infra/clock.js';
import { NodesService, type ObservedNode } from '../nodes/nodes.service.js';
import { mintFilePass, opensFile } from './file-pass.js';
import { holdersOf, lackedBy, planSources, type FileNode } from './sources-plan.js';

/** A controller, as an asker of its own. */
const CONTROLLER = 'controller';

@Injectable()
export class ModelFilesService {
  constructor(
    private readonly nodes: NodesService,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** Digests of `needed` that the node's store does not have. */
  lackedBy(heartbeat: Heartbeat, needed: readonly string[]): string[] {
    return lackedBy(heartbeat, needed);
  }

  /** Where the node is to get each of the files; those that nobody reachable has are left out. */
  sourcesFor({ nodeId }: Heartbeat, lacked: readonly string[]): NeededFile[] {
    const nodes = this.all();
    const asker = nodes.find((node) => node.nodeId === nodeId);
    if (asker === undefined || lacked.length === 0) return [];
    return planSources(asker, lacked, nodes, (digest) => this.relayOf(digest));
  }

  /** For this controller to fetch a file from, the best first. */
  sourcesOf(digest: string): FileSource[] {
    return holdersOf(digest, this.all(), CONTROLLER).flatMap(({ fileServer }) =>
      (fileServer?.urls ?? []).map((url) => ({
        url: modelFileUrl(url, digest),
        token: fileServer?.token ?? '',
      })),
    );
  }

  /** Was this pass given by a controller, for this file, and not long ago? */
  isPass(pass: string, digest: string): boolean {
    return opensFile(pass, this.config.authSecret, digest, this.clock.now());
  }

  private relayOf(digest: string): FileSource | null {
    const { publicUrl } = this.config.http;
    if (publicUrl === null) return null;
    return {
      url: new URL(`/internal/v1/models/${digest}`, publicUrl).href,
      token: mintFilePass(this.config.authSecret, digest, this.clock.now()),
    };
  }

  private all(): FileNode[] {
    return this.nodes.observed().map(fileNodeOf);
  }
}

function fileNodeOf({ heartbeat, state }: ObservedNode): FileNode {
  const { nodeId, models, fileServer, draining } = heartbeat;
  return { nodeId, models, fileServer, isReachable: state === 'ready' && !draining };
}

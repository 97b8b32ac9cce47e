/** Which model files a node lacks, and who has them: from the heartbeats of this moment. */
import { Injectable } from '@nestjs/common';
import { modelFileUrl, type FileSource, type Heartbeat, type NeededFile } from '@corral/contracts';
import { Config } from '../config/config.js';
import { Clock } from '../infra/clock.js';
import { NodesService, type ObservedNode } from '../nodes/nodes.service.js';
import { mintFilePass, opensFile } from './file-pass.js';
import { holdersOf, lackedBy, planSources, type FileNode } from './sources-plan.pure.js';

/** A controller, as an asker of its own. */
const CONTROLLER = 'controller';

@Injectable()
export class ModelFilesService {
  constructor(
    private readonly nodes: NodesService,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /**
   * Where the node is to get those of the files that it lacks; left out are those that nobody has
   * who can be reached.
   */
  sourcesFor(heartbeat: Heartbeat, needed: readonly string[]): NeededFile[] {
    const lacked = lackedBy(heartbeat, needed);
    if (lacked.length === 0) return [];
    const nodes = this.all();
    const asker = nodes.find(({ nodeId }) => nodeId === heartbeat.nodeId);
    if (asker === undefined) return [];
    return planSources(asker, lacked, nodes, (digest) => this.relayOf(digest));
  }

  /** For this controller to fetch a file from, the best first. */
  sourcesOf(digest: string): FileSource[] {
    const holders = holdersOf(digest, this.all(), CONTROLLER);
    return holders
      .flatMap(({ fileServer }) => fileServer ?? [])
      .flatMap(({ urls, token }) => urls.map((url) => ({ url: modelFileUrl(url, digest), token })));
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

/**
 * What is asked of this controller, deployment by deployment. Pure: the caller brings the time, in
 * milliseconds on its monotonic clock.
 */
import type { ControllerLoad } from '@corral/contracts';
import type { Generation } from '../../scheduling/core/generation.js';

/** One generation, from its submission to its last event. */
export interface Asking {
  readonly deployment: string;
  readonly askedAtMs: number;
  /** Null while it is being submitted. */
  generation: Pick<Generation, 'report'> | null;
}

interface Demanded {
  open: Set<Asking>;
  /** When the last one was asked for, or ended. */
  usedAtMs: number;
}

export class OwnDemand {
  private readonly deployments = new Map<string, Demanded>();

  begin(deployment: string, nowMs: number): Asking {
    const asking: Asking = { deployment, askedAtMs: nowMs, generation: null };
    const demanded = this.deployments.get(deployment) ?? { open: new Set(), usedAtMs: nowMs };
    this.deployments.set(deployment, demanded);
    demanded.open.add(asking);
    demanded.usedAtMs = nowMs;
    return asking;
  }

  end(asking: Asking, nowMs: number): void {
    const demanded = this.deployments.get(asking.deployment);
    if (demanded?.open.delete(asking) === true) demanded.usedAtMs = nowMs;
  }

  /** Of every deployment that was ever asked for. */
  load(nowMs: number): ControllerLoad['deployments'] {
    return [...this.deployments].map(([name, { open, usedAtMs }]) => {
      const waits = [...open].filter(isWaiting).map(({ askedAtMs }) => nowMs - askedAtMs);
      return {
        name,
        waiting: waits.length,
        longestWaitMs: waits.reduce((longest, wait) => Math.max(longest, wait), 0),
        idleMs: open.size > 0 ? 0 : nowMs - usedAtMs,
      };
    });
  }
}

/** No attempt of it has begun: it is in the queue. */
function isWaiting({ generation }: Asking): boolean {
  return generation !== null && generation.report.attempts === 0;
}

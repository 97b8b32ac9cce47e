/**
 * Loads an unloaded deployment again as soon as somebody asks for it, on whichever controller that
 * is. The request does not wait for this: it waits in the queue, for a replica.
 */
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DeploymentsService } from '../../deployments/deployments.service.js';
import { Demand } from './demand.service.js';
import { ScalingRepository } from './scaling.repository.js';

@Injectable()
export class WakeService implements OnModuleInit {
  private readonly logger = new Logger(WakeService.name);
  /** Names of those that are being woken. */
  private readonly waking = new Set<string>();

  constructor(
    private readonly demand: Demand,
    private readonly deployments: DeploymentsService,
    private readonly repository: ScalingRepository,
  ) {}

  onModuleInit(): void {
    // Repeated while a request is open, so a try that fails is not the last.
    this.demand.onAsked((name) => void this.wake(name));
  }

  private async wake(name: string): Promise<void> {
    const deployment = this.deployments.find(name);
    if (deployment === null || deployment.unloadedAt === null || this.waking.has(name)) return;
    this.waking.add(name);
    try {
      if (await this.repository.wake(deployment.id)) {
        this.logger.log(`deployment ${name} is asked for and loaded again`);
      }
      await this.deployments.changed();
    } catch (error) {
      this.logger.warn(`deployment ${name} was not woken, which is tried again: ${String(error)}`);
    } finally {
      this.waking.delete(name);
    }
  }
}

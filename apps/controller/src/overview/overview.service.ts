/** Everything at a glance, for the console's first page and `corral status`. */
import { Injectable } from '@nestjs/common';
import type { Overview } from '@corral/contracts/http';
import { VERSION } from '../config/version.js';
import { DeploymentsService } from '../deployments/deployments.service.js';
import { NodesService } from '../nodes/nodes.service.js';
import { SchedulingService } from '../scheduling/scheduling.service.js';
import { RequestRates } from '../ledger/settlement/request-rates.js';
import { judge } from './judge.pure.js';

@Injectable()
export class OverviewService {
  constructor(
    private readonly nodes: NodesService,
    private readonly deployments: DeploymentsService,
    private readonly scheduling: SchedulingService,
    private readonly rates: RequestRates,
  ) {}

  now(): Overview {
    const nodes = this.nodes.views();
    const deployments = this.deployments.views();
    const { running, waiting } = this.scheduling.counts;
    return {
      ...judge(nodes, deployments, this.nodes.held()),
      version: VERSION,
      nodes,
      deployments,
      rates: { ...this.rates.now(), running, waiting },
    };
  }
}

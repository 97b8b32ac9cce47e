/**
 * What a request costs: before it runs, for what is set aside of a budget, and when it has ended,
 * for the ledger. From memory, never waiting; figures once written are never changed.
 */
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../infra/clock.js';
import { NodesService } from '../nodes/nodes.service.js';
import { CostSumsRepository } from './reports/cost-sums.repository.js';
import { counterfactual } from './money/counterfactual.pure.js';
import { LearnedPrices } from './money/learned-price.pure.js';
import { localCost } from './money/local-cost.pure.js';
import { NodeDevices } from './money/node-devices.pure.js';
import { PriceMemory } from './price-book/price-memory.service.js';
import { ReferencesService } from './price-book/references.service.js';

const LEARN_FROM_MS = 7 * 86_400_000;
/** Device time of a token where nothing has been learned yet: a usual, rather slow machine's. */
const GUESSED_PROMPT_MS = 1;
const GUESSED_COMPLETION_MS = 20;

export interface RequestUse {
  deployment: string;
  /** The node that ended it; null: none was reached. */
  nodeId: string | null;
  at: Date;
  promptTokens: number;
  /** Of the prompt. */
  cachedTokens: number;
  completionTokens: number;
  /** Whole milliseconds. */
  deviceMs: number;
}

/** Money in whole microdollars. */
export interface RequestPrice {
  localMicrodollars: number;
  /** Of it, the power. */
  energyMicrodollars: number;
  /** Null: the device's power is not measured. */
  millijoules: number | null;
  /** Null: nothing to compare with. */
  cloudMicrodollars: number | null;
  cloudPriceId: string | null;
}

@Injectable()
export class CostsService implements OnModuleInit {
  private readonly logger = new Logger(CostsService.name);
  private readonly learned = new LearnedPrices();
  private readonly devices = new NodeDevices();

  constructor(
    private readonly memory: PriceMemory,
    private readonly references: ReferencesService,
    private readonly sums: CostSumsRepository,
    private readonly nodes: NodesService,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    this.nodes.onChange(() => {
      for (const { heartbeat } of this.nodes.observed()) this.devices.take(heartbeat);
    });
    try {
      const since = new Date(this.clock.now().getTime() - LEARN_FROM_MS);
      const past = await this.sums.costsSince(since);
      for (const { deployment, ...sums } of past) this.learned.begin(deployment, sums);
    } catch (error) {
      this.logger.warn(`past costs could not be read: ${String(error)}`);
    }
  }

  /** Of a request that has ended. A node without a price costs nothing. */
  price({ deployment, nodeId, at, deviceMs, ...tokens }: RequestUse): RequestPrice {
    const ms = Math.round(deviceMs);
    if (nodeId === null) return NOTHING_RAN;
    const watts = this.devices.wattsPerDevice(nodeId);
    const millijoules = watts === null ? null : Math.round(watts * ms);
    const reference = this.references.priceFor(deployment, at);
    return {
      ...localCost(this.memory.nodes.at(nodeId, at), {
        deviceMs: ms,
        devices: this.devices.countOf(nodeId),
        millijoules,
        atMs: at.getTime(),
      }),
      millijoules,
      cloudMicrodollars: reference === null ? null : counterfactual(reference, tokens),
      cloudPriceId: reference?.id ?? null,
    };
  }

  /**
   * Microdollars that so many tokens of the deployment will cost here, rounded up: as past requests
   * did, or, where nothing is known, as on the dearest node. 0 when no node has a price.
   */
  estimate(deployment: string, promptTokens: number, completionTokens: number): number {
    const known = this.learned.estimate(deployment, promptTokens + completionTokens);
    return known ?? this.guess(promptTokens, completionTokens);
  }

  /** Takes a settled request as an example of what the deployment's tokens cost. */
  learn(deployment: string, tokens: number, localMicrodollars: number): void {
    this.learned.learn(deployment, tokens, localMicrodollars);
  }

  /** Compute devices of a node, 1 where it was not heard of. */
  devicesOf(nodeId: string): number {
    return this.devices.countOf(nodeId);
  }

  private guess(promptTokens: number, completionTokens: number): number {
    const now = this.clock.now();
    const deviceMs = Math.max(
      0,
      promptTokens * GUESSED_PROMPT_MS + completionTokens * GUESSED_COMPLETION_MS,
    );
    const costs = this.memory.nodes.allAt(now).map((rates) => {
      const devices = this.devices.countOf(rates.nodeId);
      const time = { deviceMs, devices, millijoules: null, atMs: now.getTime() };
      return localCost(rates, time).localMicrodollars;
    });
    return Math.max(0, ...costs);
  }
}

const NOTHING_RAN: RequestPrice = {
  localMicrodollars: 0,
  energyMicrodollars: 0,
  millijoules: null,
  cloudMicrodollars: null,
  cloudPriceId: null,
};

/**
 * Which cloud model each deployment stands in for: what an admin has set, else the default rule
 * (comparable.ts). From memory, never waiting.
 */
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { ModelFacts } from '@corral/contracts';
import { DeploymentsService } from '../../deployments/deployments.service.js';
import { Clock } from '../../infra/clock.js';
import { NodesService } from '../../nodes/nodes.service.js';
import { findComparable } from './comparable.pure.js';
import type { CloudModel, CloudPriceRow } from '../cost.repository.js';
import { cloudModelKey, PriceMemory } from './price-memory.service.js';

export interface ReferenceChoice {
  chosen: 'explicit' | 'default' | 'none';
  reason: string;
  /** The one for the books first. */
  models: readonly CloudModel[];
}

interface KnownModel {
  modelDigest: string;
  modelName: string;
}

@Injectable()
export class ReferencesService implements OnModuleInit {
  private readonly choices = new Map<string, ReferenceChoice>();
  /** Of deployments that are gone too: their last requests may still be on the way. */
  private readonly deployed = new Map<string, KnownModel>();
  /** By digest. A node that is lost takes nothing of this with it. */
  private readonly facts = new Map<string, ModelFacts>();

  constructor(
    private readonly memory: PriceMemory,
    private readonly deployments: DeploymentsService,
    private readonly nodes: NodesService,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.memory.onRefresh(() => this.choices.clear());
    this.deployments.onChange(() => this.choices.clear());
  }

  /** The price for the books that held at that moment; null: nothing to compare with. */
  priceFor(deployment: string, at: Date): CloudPriceRow | null {
    const [first] = this.choiceOf(deployment).models;
    return first === undefined ? null : this.memory.cloud.at(cloudModelKey(first), at);
  }

  /** The present prices of the models it is compared with, that for the books first. */
  pricesOf(deployment: string): CloudPriceRow[] {
    const now = this.clock.now();
    return this.choiceOf(deployment).models.flatMap(
      (model) => this.memory.cloud.at(cloudModelKey(model), now) ?? [],
    );
  }

  choiceOf(deployment: string): ReferenceChoice {
    const known = this.choices.get(deployment);
    if (known !== undefined) return known;
    const choice = this.choose(deployment);
    this.choices.set(deployment, choice);
    return choice;
  }

  private choose(deployment: string): ReferenceChoice {
    const models = this.memory.referencesOf(deployment);
    if (models.length > 0) return { chosen: 'explicit', reason: 'Set by an admin.', models };
    this.lookAround();
    const model = this.deployed.get(deployment);
    if (model === undefined) {
      return { chosen: 'none', reason: 'There is no such deployment.', models: [] };
    }
    const found = findComparable(
      { fileName: model.modelName, facts: this.facts.get(model.modelDigest) ?? null },
      this.memory.cloud.allAt(this.clock.now()),
    );
    return found.found
      ? { chosen: 'default', reason: found.reason, models: [found.price] }
      : { chosen: 'none', reason: found.reason, models: [] };
  }

  private lookAround(): void {
    for (const { name, revision } of this.deployments.desired().deployments) {
      this.deployed.set(name, revision);
    }
    for (const { model } of this.nodes.models()) {
      if (model.digest !== null && model.facts !== null) this.facts.set(model.digest, model.facts);
    }
  }
}

/** The admin API as the commands use it. Every answer is parsed by its contract. */
import {
  applyPlanSchema,
  deploymentViewSchema,
  importStartedSchema,
  modelViewSchema,
  overviewSchema,
  placementPlanViewSchema,
  type ApplyPlan,
  type DeploymentView,
  type ImportStarted,
  type ModelView,
  type Overview,
  type PlacementPlanView,
  type applySchema,
  type createDeploymentSchema,
  type planPlacementSchema,
  type updateDeploymentSchema,
} from '@corral/contracts/http';
import { z } from 'zod';
import { AccountsApi } from './accounts-api.js';
import { AdminConnection } from './admin-connection.js';
import { AuditApi } from './audit-api.js';
import { CostsApi } from './costs-api.js';
import { EnrolmentApi } from './enrolment-api.js';
import { KeysApi } from './keys-api.js';
import { NodesApi } from './nodes-api.js';
import { segments } from './path.js';
import { QuotasApi } from './quotas-api.js';
import { RolloutsApi } from './rollouts-api.js';
import { UsageApi } from './usage-api.js';

/** Longer than the controller gives itself. */
const APPLY_TIMEOUT_MS = 60_000;

/** Throws {@link CliError}: `unreachable` without an answer, `refused` for an answer that says no. */
export class AdminClient {
  readonly accounts: AccountsApi;
  readonly audit: AuditApi;
  readonly costs: CostsApi;
  readonly enrolment: EnrolmentApi;
  readonly keys: KeysApi;
  readonly nodes: NodesApi;
  readonly quotas: QuotasApi;
  readonly rollouts: RolloutsApi;
  readonly usage: UsageApi;
  private readonly connection: AdminConnection;

  constructor(url: string, token: string) {
    this.connection = new AdminConnection(url, token);
    this.accounts = new AccountsApi(this.connection);
    this.audit = new AuditApi(this.connection);
    this.costs = new CostsApi(this.connection);
    this.enrolment = new EnrolmentApi(this.connection);
    this.keys = new KeysApi(this.connection);
    this.nodes = new NodesApi(this.connection);
    this.quotas = new QuotasApi(this.connection);
    this.rollouts = new RolloutsApi(this.connection);
    this.usage = new UsageApi(this.connection);
  }

  overview(): Promise<Overview> {
    return this.connection.call('GET', '/overview', overviewSchema);
  }

  models(): Promise<ModelView[]> {
    return this.connection.list('/models', modelViewSchema);
  }

  importModel(path: string, nodeId?: string): Promise<ImportStarted> {
    const body = { path, nodeId };
    return this.connection.call('POST', '/models/import', importStartedSchema, { body });
  }

  deployments(): Promise<DeploymentView[]> {
    return this.connection.list('/deployments', deploymentViewSchema);
  }

  createDeployment(body: z.input<typeof createDeploymentSchema>): Promise<DeploymentView> {
    return this.connection.call('POST', '/deployments', deploymentViewSchema, { body });
  }

  updateDeployment(
    name: string,
    body: z.input<typeof updateDeploymentSchema>,
  ): Promise<DeploymentView> {
    const path = `/deployments/${segments(name)}`;
    return this.connection.call('PATCH', path, deploymentViewSchema, { body });
  }

  /** Refused with the field at fault, as a path in the documents. */
  apply(body: z.input<typeof applySchema>): Promise<ApplyPlan> {
    const timeoutMs = APPLY_TIMEOUT_MS;
    return this.connection.call('POST', '/apply', applyPlanSchema, { body, timeoutMs });
  }

  /** Where replicas would go; measuring a model takes some seconds. */
  planPlacement(body: z.input<typeof planPlacementSchema>): Promise<PlacementPlanView> {
    return this.connection.call('POST', '/placement/plan', placementPlanViewSchema, { body });
  }

  async deleteDeployment(name: string): Promise<void> {
    await this.connection.call('DELETE', `/deployments/${segments(name)}`, z.unknown());
  }
}

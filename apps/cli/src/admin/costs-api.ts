import {
  cloudPriceViewSchema,
  costReportSchema,
  nodePriceViewSchema,
  referenceViewSchema,
  statementSchema,
  whatIfSchema,
  type CloudPriceView,
  type CostQuery,
  type CostReport,
  type NodePriceView,
  type ReferenceView,
  type SetReferences,
  type Statement,
  type WhatIf,
  type WhatIfQuery,
  type createCloudPriceSchema,
  type setNodePriceSchema,
} from '@corral/contracts/http';
import type { z } from 'zod';
import type { AdminConnection } from './admin-connection.js';
import { segments, withQuery } from './path.js';

export class CostsApi {
  constructor(private readonly connection: AdminConnection) {}

  report(query: CostQuery): Promise<CostReport> {
    return this.connection.call('GET', withQuery('/costs', query), costReportSchema);
  }

  prices(): Promise<CloudPriceView[]> {
    return this.connection.list('/costs/prices', cloudPriceViewSchema);
  }

  addPrice(body: z.input<typeof createCloudPriceSchema>): Promise<CloudPriceView> {
    return this.connection.call('POST', '/costs/prices', cloudPriceViewSchema, { body });
  }

  nodePrices(): Promise<NodePriceView[]> {
    return this.connection.list('/costs/nodes', nodePriceViewSchema);
  }

  setNodePrice(nodeId: string, body: z.input<typeof setNodePriceSchema>): Promise<NodePriceView> {
    const path = `/costs/nodes/${encodeURIComponent(nodeId)}`;
    return this.connection.call('PUT', path, nodePriceViewSchema, { body });
  }

  references(): Promise<ReferenceView[]> {
    return this.connection.list('/costs/references', referenceViewSchema);
  }

  /** An empty list takes the deployment back to the default rule. */
  setReferences(
    deployment: string,
    references: SetReferences['references'],
  ): Promise<ReferenceView> {
    const path = `/costs/references/${segments(deployment)}`;
    return this.connection.call('PUT', path, referenceViewSchema, { body: { references } });
  }

  whatIf(query: WhatIfQuery): Promise<WhatIf> {
    return this.connection.call('GET', withQuery('/costs/what-if', query), whatIfSchema);
  }

  /** @param month as `2026-11` */
  statement(month: string, teamId: string): Promise<Statement> {
    const path = withQuery(`/costs/statements/${month}`, { teamId, format: 'json' });
    return this.connection.call('GET', path, statementSchema);
  }

  /** The same as CSV, in pieces. */
  statementCsv(month: string, teamId: string): AsyncIterable<Uint8Array> {
    const path = withQuery(`/costs/statements/${month}`, { teamId, format: 'csv' });
    return this.connection.download(path);
  }
}

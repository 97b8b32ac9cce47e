/** Prices and references in PostgreSQL, and sums of the ledger's roll-up, `usage_hour`. */
import { Injectable } from '@nestjs/common';
import { PrismaService, type Transaction } from '../infra/prisma.service.js';
import type { NodePriceRow } from './reports/cost-report.pure.js';
import { safeNumber } from './money/fraction.pure.js';
import type { ListPrice } from './price-book/price-book.js';

export interface CloudPriceRow extends ListPrice {
  id: string;
}

/** A cloud model by its seller's id. */
export interface CloudModel {
  provider: string;
  model: string;
}

export type NewNodePrice = Omit<NodePriceRow, 'id'>;

@Injectable()
export class CostRepository {
  constructor(private readonly prisma: PrismaService) {}

  async cloudPrices(): Promise<CloudPriceRow[]> {
    return (await this.prisma.client.cloudPrice.findMany()).map(cloudPriceOf);
  }

  async nodePrices(): Promise<NodePriceRow[]> {
    return (await this.prisma.client.nodePrice.findMany()).map(nodePriceOf);
  }

  /** By deployment, the one for the books first. */
  async references(): Promise<Map<string, CloudModel[]>> {
    const rows = await this.prisma.client.deploymentReference.findMany({
      orderBy: { position: 'asc' },
    });
    const found = new Map<string, CloudModel[]>();
    for (const { deployment, provider, model } of rows) {
      found.set(deployment, [...(found.get(deployment) ?? []), { provider, model }]);
    }
    return found;
  }

  async nodeNames(): Promise<Map<string, string>> {
    const rows = await this.prisma.client.node.findMany({ select: { id: true, name: true } });
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** Writes the prices that are not there; several controllers may do so at once. */
  async seed(prices: readonly ListPrice[]): Promise<number> {
    const { count } = await this.prisma.client.cloudPrice.createMany({
      data: [...prices],
      skipDuplicates: true,
    });
    return count;
  }

  /** Null: that model has a price from that moment on. */
  async addCloudPrice(tx: Transaction, price: ListPrice): Promise<CloudPriceRow | null> {
    const [made] = await tx.cloudPrice.createManyAndReturn({ data: [price], skipDuplicates: true });
    return made === undefined ? null : cloudPriceOf(made);
  }

  /** Null: the node has a price from that moment on. */
  async addNodePrice(tx: Transaction, price: NewNodePrice): Promise<NodePriceRow | null> {
    const { hardware, ...rest } = price;
    const isBought = hardware.kind === 'bought';
    const [made] = await tx.nodePrice.createManyAndReturn({
      data: [
        {
          ...rest,
          purchaseMicrodollars: isBought ? hardware.microdollars : null,
          lifeMonths: isBought ? hardware.lifeMonths : null,
          purchasedAt: isBought ? new Date(hardware.purchasedAtMs) : null,
          rentMicrodollarsPerHour: isBought ? null : hardware.microdollarsPerHour,
        },
      ],
      skipDuplicates: true,
    });
    return made === undefined ? null : nodePriceOf(made);
  }

  /** In place of those that were there, which it returns. */
  async replaceReferences(
    tx: Transaction,
    deployment: string,
    references: readonly CloudModel[],
  ): Promise<CloudModel[]> {
    // One change of a deployment's references after the other.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`references/${deployment}`}))`;
    const before = await tx.deploymentReference.findMany({
      where: { deployment },
      orderBy: { position: 'asc' },
    });
    await tx.deploymentReference.deleteMany({ where: { deployment } });
    await tx.deploymentReference.createMany({
      data: references.map(({ provider, model }, position) => ({
        deployment,
        position,
        provider,
        model,
      })),
    });
    return before.map(({ provider, model }) => ({ provider, model }));
  }
}

type StoredCloudPrice = Awaited<
  ReturnType<PrismaService['client']['cloudPrice']['findMany']>
>[number];
type StoredNodePrice = Awaited<
  ReturnType<PrismaService['client']['nodePrice']['findMany']>
>[number];

function cloudPriceOf({ createdAt: _, ...row }: StoredCloudPrice): CloudPriceRow {
  const { cachedInputPerMTok } = row;
  return {
    ...row,
    inputPerMTok: safeNumber(row.inputPerMTok),
    cachedInputPerMTok: cachedInputPerMTok === null ? null : safeNumber(cachedInputPerMTok),
    outputPerMTok: safeNumber(row.outputPerMTok),
  };
}

function nodePriceOf(row: StoredNodePrice): NodePriceRow {
  const { id, nodeId, validFrom, loadWatts, idleWatts, pueThousandths } = row;
  return {
    id,
    nodeId,
    validFrom,
    hardware:
      row.rentMicrodollarsPerHour === null
        ? {
            kind: 'bought',
            microdollars: safeNumber(row.purchaseMicrodollars ?? 0n),
            lifeMonths: row.lifeMonths ?? 1,
            purchasedAtMs: (row.purchasedAt ?? validFrom).getTime(),
          }
        : { kind: 'rented', microdollarsPerHour: safeNumber(row.rentMicrodollarsPerHour) },
    loadWatts,
    idleWatts,
    microdollarsPerKwh: safeNumber(row.microdollarsPerKwh),
    pueThousandths,
  };
}

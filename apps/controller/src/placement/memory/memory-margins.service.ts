/** Learned margins, in memory for whoever plans, and in the database for all controllers. */
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { PrismaService } from '../../infra/prisma.service.js';
import { isLarger, marginsOf, type MarginKey, type MarginSample } from './memory-margin.pure.js';

/** How soon a margin is known that another controller learned. */
const REFRESH_INTERVAL_MS = 30_000;

@Injectable()
export class MemoryMarginsService implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(MemoryMarginsService.name);
  private samples = new Map<string, MarginSample>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly prisma: PrismaService) {}

  async onModuleInit(): Promise<void> {
    this.timer = setInterval(() => void this.refresh(), REFRESH_INTERVAL_MS);
    await this.refresh();
  }

  onModuleDestroy(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** By kind of device, as last read. */
  marginsFor(key: Omit<MarginKey, 'deviceKind'>): ReturnType<typeof marginsOf> {
    return marginsOf((deviceKind) => this.samples.get(textOf({ ...key, deviceKind })));
  }

  /** Keeps what a load really took, when it is more than was known. */
  async learn(key: MarginKey, sample: MarginSample): Promise<void> {
    if (isLarger(sample, this.samples.get(textOf(key)))) this.samples.set(textOf(key), sample);
    const { modelDigest, contextTokens, kvCacheType, deviceKind } = key;
    const { estimateBytes, measuredBytes } = sample;
    // Ratios are compared without dividing: whole numbers, however large, as numeric.
    await this.prisma.client.$executeRaw`
      INSERT INTO "memory_margin" AS known
        ("model_digest", "context_tokens", "kv_cache_type", "device_kind", "estimate_bytes",
         "measured_bytes", "samples", "updated_at")
      VALUES (${modelDigest}, ${contextTokens}, ${kvCacheType}, ${deviceKind}, ${estimateBytes},
              ${measuredBytes}, 1, now() AT TIME ZONE 'utc')
      ON CONFLICT ("model_digest", "context_tokens", "kv_cache_type", "device_kind") DO UPDATE SET
        "samples" = known."samples" + 1,
        "updated_at" = excluded."updated_at",
        ("estimate_bytes", "measured_bytes") = (
          SELECT larger.estimate, larger.measured
          FROM (VALUES (known."estimate_bytes", known."measured_bytes"),
                       (excluded."estimate_bytes", excluded."measured_bytes"))
            AS larger (estimate, measured)
          ORDER BY larger.measured::numeric / NULLIF(larger.estimate, 0) DESC NULLS LAST
          LIMIT 1)`;
  }

  /** Reads all of them again; keeps the old ones when the database is away. */
  async refresh(): Promise<void> {
    try {
      const rows = await this.prisma.client.memoryMargin.findMany();
      this.samples = new Map(
        rows.map(({ estimateBytes, measuredBytes, ...key }) => [
          textOf(key),
          { estimateBytes: Number(estimateBytes), measuredBytes: Number(measuredBytes) },
        ]),
      );
    } catch (error) {
      this.logger.warn(`memory margins could not be read: ${String(error)}`);
    }
  }
}

function textOf(key: Record<keyof MarginKey, string | number>): string {
  const { modelDigest, contextTokens, kvCacheType, deviceKind } = key;
  return `${modelDigest}/${contextTokens}/${kvCacheType}/${deviceKind}`;
}

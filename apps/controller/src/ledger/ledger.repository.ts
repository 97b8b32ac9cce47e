/**
 * The ledger in PostgreSQL, and everything that follows from a row of it, in one transaction: the
 * hour's sums, what is used of limits, and what is taken off the leases. A row is written once,
 * whatever comes twice: all that follows is done only for rows that were not there before.
 *
 * One writer at a time (an advisory lock): sums are read and written without conflicts, and
 * whoever takes the lock shared sees rows, sums and counters that agree.
 */
import { Injectable } from '@nestjs/common';
import {
  requestIdOf,
  type OpenedRequest,
  type OrphanedGeneration,
  type SettledRequest,
} from '@corral/contracts';
import { lock } from '../infra/advisory-locks.js';
import { PrismaService, type Transaction } from '../infra/prisma.service.js';
import { chargeCounters, rollUp, takeOut } from './sums/ledger-sums.js';
import { CONTROLLER_LOST } from './settlement/unpriced.pure.js';

export interface LedgerEntries {
  opened: readonly OpenedRequest[];
  settled: readonly SettledRequest[];
  orphaned: readonly OrphanedGeneration[];
}

@Injectable()
export class LedgerRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** All of it or nothing; gives how many requests were new. */
  async write({ opened, settled, orphaned }: LedgerEntries): Promise<number> {
    return this.prisma.client.$transaction(
      async (tx) => {
        await lock(tx, 'ledger');
        const ended = new Set(settled.map(({ requestId }) => requestId));
        const open = opened.filter(({ requestId }) => !ended.has(requestId));
        if (open.length > 0) await insertOpen(tx, open);
        if (orphaned.length > 0) await insertOrphaned(tx, orphaned);
        if (settled.length === 0) return 0;
        await withdrawLost(tx, settled);
        return insertSettled(tx, settled);
      },
      { maxWait: 5_000, timeout: 30_000 },
    );
  }
}

async function insertOpen(tx: Transaction, opened: readonly OpenedRequest[]): Promise<void> {
  const rows = JSON.stringify(
    opened.map((one) => ({
      request_id: one.requestId,
      controller_id: one.controllerId,
      created_at: one.createdAt,
      opened: one,
    })),
  );
  // It may have been settled before: messages come in any order.
  await tx.$executeRaw`
    INSERT INTO open_request
    SELECT o.* FROM jsonb_populate_recordset(NULL::open_request, ${rows}::jsonb) o
    WHERE NOT EXISTS (SELECT 1 FROM request_usage r WHERE r.request_id = o.request_id)
    ON CONFLICT (request_id) DO NOTHING`;
}

/** Of several reports about one stream the latest attempt's counts: it includes the others'. */
async function insertOrphaned(
  tx: Transaction,
  orphaned: readonly OrphanedGeneration[],
): Promise<void> {
  const rows = JSON.stringify(
    orphaned.map((one) => ({
      generation_id: one.generationId,
      request_id: requestIdOf(one.generationId),
      attempt: one.attempt,
      node_id: one.nodeId,
      replica_id: one.replicaId,
      prompt_tokens: one.promptTokens,
      cached_tokens: one.cachedTokens,
      completion_tokens: one.completionTokens,
      prefill_ms: Math.round(one.prefillMs),
      decode_ms: Math.round(one.decodeMs),
      device_ms: Math.round(one.deviceMs),
    })),
  );
  await tx.$executeRaw`
    INSERT INTO orphaned_generation AS known (generation_id, request_id, attempt, node_id,
      replica_id, prompt_tokens, cached_tokens, completion_tokens, prefill_ms, decode_ms,
      device_ms, created_at)
    SELECT DISTINCT ON (generation_id) generation_id, request_id, attempt, node_id,
      replica_id, prompt_tokens, cached_tokens, completion_tokens, prefill_ms, decode_ms,
      device_ms, now() AT TIME ZONE 'utc'
    FROM jsonb_populate_recordset(NULL::orphaned_generation, ${rows}::jsonb)
    ORDER BY generation_id, attempt DESC
    ON CONFLICT (generation_id) DO UPDATE SET attempt = EXCLUDED.attempt,
      node_id = EXCLUDED.node_id, replica_id = EXCLUDED.replica_id,
      prompt_tokens = EXCLUDED.prompt_tokens, cached_tokens = EXCLUDED.cached_tokens,
      completion_tokens = EXCLUDED.completion_tokens, prefill_ms = EXCLUDED.prefill_ms,
      decode_ms = EXCLUDED.decode_ms, device_ms = EXCLUDED.device_ms
    WHERE known.attempt < EXCLUDED.attempt`;
}

/**
 * A controller that was given up for lost may have spooled the true end of a request, and its word
 * counts more than what was put together without it: the row is taken back with all that followed.
 */
async function withdrawLost(tx: Transaction, settled: readonly SettledRequest[]): Promise<void> {
  const ids = settled
    .filter(({ errorCode }) => errorCode !== CONTROLLER_LOST)
    .map(({ requestId }) => requestId);
  const lost = await tx.$queryRaw<{ request_id: string }[]>`
    SELECT request_id FROM request_usage
    WHERE request_id = ANY(${ids}) AND error_code = ${CONTROLLER_LOST}`;
  if (lost.length === 0) return;
  const lostIds = lost.map(({ request_id }) => request_id);
  // Counters are locked twice now, here and for the new rows, and others lock theirs in the order
  // of ids: seldom as this is, it takes all of them first.
  await tx.$executeRaw`SELECT 1 FROM quota_counter ORDER BY id FOR UPDATE`;
  await takeOut(tx, lostIds);
  await chargeCounters(tx, lostIds, -1);
  await tx.$executeRaw`DELETE FROM request_usage WHERE request_id = ANY(${lostIds})`;
}

async function insertSettled(tx: Transaction, settled: readonly SettledRequest[]): Promise<number> {
  // One parameter, however many rows: a placeholder for each value costs far more to bind.
  const rows = JSON.stringify(settled.map(columnsOf));
  const inserted = await tx.$queryRaw<{ request_id: string }[]>`
    INSERT INTO request_usage
    SELECT * FROM jsonb_populate_recordset(NULL::request_usage, ${rows}::jsonb)
    ON CONFLICT (request_id) DO NOTHING RETURNING request_id`;
  const all = settled.map(({ requestId }) => requestId);
  await tx.$executeRaw`DELETE FROM open_request WHERE request_id = ANY(${all})`;
  await tx.$executeRaw`DELETE FROM orphaned_generation WHERE request_id = ANY(${all})`;
  if (inserted.length === 0) return 0;
  const ids = inserted.map(({ request_id }) => request_id);
  await rollUp(tx, ids);
  await chargeCounters(tx, ids, 1);
  await takeOffLeases(tx, settled, new Set(ids));
  return ids.length;
}

async function takeOffLeases(
  tx: Transaction,
  settled: readonly SettledRequest[],
  ids: Set<string>,
): Promise<void> {
  const uses = settled.flatMap(({ requestId, controllerId, leaseUse }) =>
    // The first of several messages about one request counts, as it does for its row.
    ids.delete(requestId) ? leaseUse.map((use) => ({ ...use, controller: controllerId })) : [],
  );
  if (uses.length === 0) return;
  await tx.$executeRaw`SELECT quota_release(${JSON.stringify(uses)}::jsonb)`;
}

function columnsOf(row: SettledRequest): Record<string, unknown> {
  return {
    request_id: row.requestId,
    created_at: row.createdAt,
    controller_id: row.controllerId,
    key_id: row.keyId,
    team_id: row.teamId,
    user_id: row.userId,
    deployment: row.deployment,
    revision_id: row.revisionId,
    model_digest: row.modelDigest,
    node_id: row.nodeId,
    replica_id: row.replicaId,
    status: row.status,
    error_code: row.errorCode,
    finish_reason: row.finishReason,
    attempts: row.attempts,
    prompt_tokens: row.promptTokens,
    cached_tokens: row.cachedTokens,
    completion_tokens: row.completionTokens,
    reasoning_tokens: row.reasoningTokens,
    wasted_tokens: row.wastedTokens,
    queue_ms: row.queueMs,
    prefill_ms: row.prefillMs,
    decode_ms: row.decodeMs,
    ttft_ms: row.ttftMs,
    total_ms: row.totalMs,
    device_ms: row.deviceMs,
    millijoules: row.millijoules,
    local_microdollars: row.localMicrodollars,
    energy_microdollars: row.energyMicrodollars,
    cloud_microdollars: row.cloudMicrodollars,
    cloud_price_id: row.cloudPriceId,
    routing: row.routing,
  };
}

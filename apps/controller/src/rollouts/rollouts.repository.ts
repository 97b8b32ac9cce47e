/**
 * Rollouts and their history in PostgreSQL. Every change is made on condition that the rollout still
 * is what the change was decided for, so a leader that has been overtaken changes nothing.
 */
import { Injectable } from '@nestjs/common';
import { replicaSpecSchema } from '@corral/contracts';
import { rolloutStrategySchema, type RolloutStrategy } from '@corral/contracts/http';
import { PrismaService, type Transaction } from '../infra/prisma.service.js';
import { nextNumber, type RolloutGround } from './rollout-ground.js';
import type {
  Rollout,
  RolloutRevision,
  RolloutState,
  StoredRollout,
} from './rollout-state.pure.js';
import type { RolloutChange } from './rollout-step.pure.js';

export interface NewRollout {
  deploymentId: string;
  fromRevisionId: string;
  toRevisionId: string;
  strategy: RolloutStrategy;
  createdBy: string | null;
  message: string;
}

const LISTED = 100;
const WITH_ALL = {
  deployment: { select: { id: true, name: true, revisions: true } },
  events: { orderBy: { at: 'asc' } },
} as const;

@Injectable()
export class RolloutsRepository {
  constructor(private readonly prisma: PrismaService) {}

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.prisma.client.$transaction(work);
  }

  /** Newest first, a hundred at most; of one deployment where it is named. */
  async list(deployment: string | undefined): Promise<StoredRollout[]> {
    const rows = await this.prisma.client.rollout.findMany({
      ...(deployment === undefined ? {} : { where: { deployment: { name: deployment } } }),
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: LISTED,
      include: WITH_ALL,
    });
    return rows.flatMap((row) => storedOf(row) ?? []);
  }

  async find(id: string, tx?: Transaction): Promise<StoredRollout | null> {
    const client = tx ?? this.prisma.client;
    const row = await client.rollout.findUnique({ where: { id }, include: WITH_ALL });
    return row === null ? null : storedOf(row);
  }

  /** Waits for whoever else begins a rollout of it. Null: there is no such deployment. */
  async ground(tx: Transaction, deploymentId: string): Promise<RolloutGround | null> {
    await tx.$queryRaw`SELECT 1 FROM deployment WHERE id = ${deploymentId} FOR UPDATE`;
    const row = await tx.deployment.findUnique({
      where: { id: deploymentId },
      include: {
        revisions: { orderBy: { number: 'desc' } },
        rollouts: { where: { endedAt: null } },
      },
    });
    const revisions = (row?.revisions ?? []).map(revisionOf);
    const current = revisions.find(({ id }) => id === row?.currentRevisionId) ?? revisions[0];
    if (row === null || current === undefined) return null;
    const [open] = row.rollouts;
    const toNumber = revisions.find(({ id }) => id === open?.toRevisionId)?.number ?? 0;
    return {
      id: row.id,
      name: row.name,
      current,
      revisions,
      underWay: open === undefined ? null : { state: open.state as RolloutState, toNumber },
    };
  }

  /** A new revision of the next number; the present one stays the present one. */
  async addRevision(
    tx: Transaction,
    ground: RolloutGround,
    { modelDigest, modelName, spec }: Pick<RolloutRevision, 'modelDigest' | 'modelName' | 'spec'>,
  ): Promise<RolloutRevision> {
    const { id: deploymentId, current } = ground;
    const number = nextNumber(ground);
    const made = await tx.revision.create({
      data: { deploymentId, number, modelDigest, modelName, spec },
    });
    // Without this the highest number would be the present one.
    await tx.deployment.update({
      where: { id: deploymentId },
      data: { currentRevisionId: current.id },
    });
    return revisionOf(made);
  }

  /** Gives its id. */
  async create(tx: Transaction, { message, ...rollout }: NewRollout): Promise<string> {
    const { id } = await tx.rollout.create({
      data: { ...rollout, state: 'planned', events: { create: { message } } },
    });
    return id;
  }

  /** False: it is not what `rollout` says any more, and nothing was changed. */
  async apply(tx: Transaction, rollout: Rollout, change: RolloutChange): Promise<boolean> {
    const { id, state, step, weight } = rollout;
    const { message, restartsStep, ended, ...data } = change;
    const now = new Date();
    const { count } = await tx.rollout.updateMany({
      where: { id, state, step, weight, endedAt: null },
      data: {
        ...data,
        ...(restartsStep ? { stepStartedAt: now } : {}),
        ...(ended ? { endedAt: now } : {}),
      },
    });
    if (count === 0) return false;
    await tx.rolloutEvent.create({ data: { rolloutId: id, message } });
    if (change.state === 'completed') {
      const { deploymentId } = await tx.rollout.findUniqueOrThrow({
        where: { id },
        select: { deploymentId: true },
      });
      await tx.deployment.update({
        where: { id: deploymentId },
        data: { currentRevisionId: rollout.to.id },
      });
    }
    return true;
  }

  /** A line for its history. */
  async note(rolloutId: string, message: string): Promise<void> {
    await this.prisma.client.rolloutEvent.create({ data: { rolloutId, message } });
  }
}

type RevisionRow = Omit<RolloutRevision, 'spec'> & { spec: unknown };

function revisionOf({ id, number, modelDigest, modelName, spec }: RevisionRow): RolloutRevision {
  return { id, number, modelDigest, modelName, spec: replicaSpecSchema.parse(spec) };
}

function storedOf({
  deployment: { revisions, ...deployment },
  fromRevisionId,
  toRevisionId,
  strategy,
  state,
  ...row
}: Omit<StoredRollout, 'from' | 'to' | 'strategy' | 'state' | 'deployment'> & {
  deployment: { id: string; name: string; revisions: RevisionRow[] };
  fromRevisionId: string;
  toRevisionId: string;
  strategy: unknown;
  state: string;
}): StoredRollout | null {
  const from = revisions.find(({ id }) => id === fromRevisionId);
  const to = revisions.find(({ id }) => id === toRevisionId);
  if (from === undefined || to === undefined) return null;
  return {
    ...row,
    deployment,
    state: state as RolloutState,
    strategy: rolloutStrategySchema.parse(strategy),
    from: revisionOf(from),
    to: revisionOf(to),
  };
}

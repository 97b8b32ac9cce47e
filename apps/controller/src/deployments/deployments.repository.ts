/** Desired state as PostgreSQL has it. */
import { Injectable } from '@nestjs/common';
import { placementSchema, reservationSchema, replicaSpecSchema } from '@corral/contracts';
import type { DesiredState, StoredDeployment } from './desired-state.pure.js';
import { PrismaService } from '../infra/prisma.service.js';
import { rolloutStrategySchema } from '@corral/contracts/http';
import type { Rollout, RolloutState } from '../rollouts/rollout-state.pure.js';

/** What {@link storedDeployments} needs of a deployment. */
export const WITH_REVISIONS = {
  revisions: { orderBy: { number: 'desc' } },
  aliases: true,
  rollouts: { where: { endedAt: null } },
} as const;

type DeploymentRow = Awaited<
  ReturnType<
    typeof PrismaService.prototype.client.deployment.findMany<{ include: typeof WITH_REVISIONS }>
  >
>[number];

@Injectable()
export class DeploymentsRepository {
  constructor(private readonly prisma: PrismaService) {}

  async desired(): Promise<DesiredState> {
    const [deployments, replicas, nodes] = await this.prisma.client.$transaction([
      this.prisma.client.deployment.findMany({
        orderBy: { createdAt: 'asc' },
        include: WITH_REVISIONS,
      }),
      this.prisma.client.replica.findMany({
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        include: { revision: { include: { deployment: true } } },
      }),
      this.prisma.client.node.findMany(),
    ]);
    return {
      deployments: storedDeployments(deployments),
      replicas: replicas.map(({ id, nodeId, revision, reserved }) => ({
        replicaId: id,
        nodeId,
        revisionId: revision.id,
        deployment: revision.deployment.name,
        modelDigest: revision.modelDigest,
        spec: replicaSpecSchema.parse(revision.spec),
        reserved: reservationSchema.array().parse(reserved),
      })),
      generations: new Map(nodes.map((node) => [node.id, node.assignmentGeneration])),
    };
  }
}

/** In the order of the rows; one without any revision is left out. */
export function storedDeployments(rows: readonly DeploymentRow[]): StoredDeployment[] {
  return rows.flatMap(
    ({ revisions: stored, aliases, rollouts, currentRevisionId, ...deployment }) => {
      const revisions = stored.map(({ id, number, modelDigest, modelName, spec }) => ({
        id,
        number,
        modelDigest,
        modelName,
        spec: replicaSpecSchema.parse(spec),
      }));
      const revision = revisions.find(({ id }) => id === currentRevisionId) ?? revisions[0];
      if (revision === undefined) return [];
      return {
        ...deployment,
        aliases: aliases.map(({ name }) => name).sort(),
        placement: placementSchema.parse(deployment.placement),
        revision,
        rollout: rolloutOf(rollouts[0], revisions),
      };
    },
  );
}

function rolloutOf(
  row:
    | (Pick<Rollout, 'id' | 'step' | 'weight' | 'stepStartedAt' | 'reason'> & {
        state: string;
        strategy: unknown;
        fromRevisionId: string;
        toRevisionId: string;
      })
    | undefined,
  revisions: readonly Rollout['to'][],
): Rollout | null {
  const from = revisions.find(({ id }) => id === row?.fromRevisionId);
  const to = revisions.find(({ id }) => id === row?.toRevisionId);
  if (row === undefined || from === undefined || to === undefined) return null;
  const { id, step, weight, stepStartedAt, reason } = row;
  const strategy = rolloutStrategySchema.parse(row.strategy);
  const state = row.state as RolloutState;
  return { id, state, strategy, step, weight, stepStartedAt, reason, from, to };
}

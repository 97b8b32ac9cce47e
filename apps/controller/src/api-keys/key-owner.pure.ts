/**
 * For whom somebody may make a key: a developer for nobody else, a lead within the own team, an
 * admin for anybody. Pure; whether that person and team are there is for the database to say.
 */
import type { Failure } from '@corral/contracts';
import { DEFAULT_TEAM_ID, type CreateKey } from '@corral/contracts/http';
import { ownedBy, type OwnedWhere, type Principal } from '../common/principal.pure.js';

export type KeyOwnerDecision =
  /** A person's, found among those whom the asker may see. `teamId`: the team it must be. */
  | { kind: 'person'; userId: string; among: Pick<OwnedWhere, 'teamId'>; teamId: string | null }
  /** A service key of the team. */
  | { kind: 'team'; teamId: string }
  | { kind: 'refused'; failure: Failure };

export function decideKeyOwner(
  asker: Principal,
  wanted: Pick<CreateKey, 'teamId' | 'userId'>,
): KeyOwnerDecision {
  const userId = wanted.userId === undefined ? asker.userId : wanted.userId;
  const mayServeOthers = asker.role === 'admin' || asker.role === 'lead';
  if (!mayServeOthers && (userId === null || userId !== asker.userId)) {
    return refused('permission_denied', `A ${asker.role} makes keys for nobody else.`, 'userId');
  }
  const teamId = wanted.teamId ?? null;
  if (userId !== null) {
    const { teamId: ownTeamId } = ownedBy(asker);
    const among = ownTeamId === undefined ? {} : { teamId: ownTeamId };
    return { kind: 'person', userId, among, teamId };
  }
  const ofTeam = teamId ?? asker.teamId ?? DEFAULT_TEAM_ID;
  if (asker.role !== 'admin' && ofTeam !== asker.teamId) return refusedTeam(ofTeam);
  return { kind: 'team', teamId: ofTeam };
}

/** Another team is not there for somebody who may not see it. */
export function refusedTeam(teamId: string): Extract<KeyOwnerDecision, { kind: 'refused' }> {
  return refused('not_found', `There is no team '${teamId}'.`, 'teamId');
}

function refused(
  code: Failure['code'],
  message: string,
  param: string,
): Extract<KeyOwnerDecision, { kind: 'refused' }> {
  return { kind: 'refused', failure: { code, message, param } };
}

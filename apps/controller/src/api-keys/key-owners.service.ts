/** Finds whom a new key will belong to. */
import { Injectable } from '@nestjs/common';
import type { Failure } from '@corral/contracts';
import type { CreateKey } from '@corral/contracts/http';
import { FailureException } from '../common/failure-exception.pure.js';
import type { Principal } from '../common/principal.pure.js';
import type { Transaction } from '../infra/prisma.service.js';
import { ApiKeysRepository, type OwnerRow } from './api-keys.repository.js';
import { decideKeyOwner, refusedTeam } from './key-owner.pure.js';

export interface KeyOwner {
  teamId: string;
  /** Null: a service key. */
  userId: string | null;
}

@Injectable()
export class KeyOwnersService {
  constructor(private readonly repository: ApiKeysRepository) {}

  /**
   * Holds until the transaction ends. Throws `permission_denied`, `not_found` for what is not there
   * or not the asker's to see, `invalid_value` for a person of another team than the one named, and
   * `conflict` for a disabled owner, whose key would be refused.
   */
  async find(
    tx: Transaction,
    asker: Principal,
    wanted: Pick<CreateKey, 'teamId' | 'userId'>,
  ): Promise<KeyOwner> {
    const decision = decideKeyOwner(asker, wanted);
    if (decision.kind === 'refused') throw new FailureException(decision.failure);
    if (decision.kind === 'team') {
      await this.activeTeam(tx, decision.teamId);
      return { teamId: decision.teamId, userId: null };
    }
    const { userId, among, teamId } = decision;
    const person = await this.repository.person(tx, userId, among);
    if (person === null) throw refusal('not_found', `There is no person '${userId}'.`, 'userId');
    if (teamId !== null && teamId !== person.teamId) {
      throw refusal('invalid_value', `${person.name} is not in the team '${teamId}'.`, 'teamId');
    }
    refuseDisabled(person, 'userId');
    await this.activeTeam(tx, person.teamId);
    return { teamId: person.teamId, userId };
  }

  private async activeTeam(tx: Transaction, teamId: string): Promise<void> {
    const team = await this.repository.team(tx, teamId);
    if (team === null) throw new FailureException(refusedTeam(teamId).failure);
    refuseDisabled(team, 'teamId');
  }
}

function refuseDisabled({ name, disabledAt }: OwnerRow, param: string): void {
  if (disabledAt === null) return;
  throw refusal('conflict', `${name} is disabled, so the key would be refused.`, param);
}

function refusal(code: Failure['code'], message: string, param: string): FailureException {
  return new FailureException({ code, message, param });
}

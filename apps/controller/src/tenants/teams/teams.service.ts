/** Teams: everybody and every key is in one. */
import { Injectable } from '@nestjs/common';
import {
  DEFAULT_TEAM_ID,
  type CreateTeam,
  type TeamView,
  type UpdateTeam,
} from '@corral/contracts/http';
import { AuditService } from '../../audit/audit.service.js';
import { FailureException } from '../../common/failure-exception.pure.js';
import type { Principal } from '../../common/principal.pure.js';
import { Clock } from '../../infra/clock.js';
import type { Transaction } from '../../infra/prisma.service.js';
import { lock } from '../../infra/advisory-locks.js';
import { disabledSince, disablingOf } from '../users/disabling.pure.js';
import { KeyAnnouncer } from '../key-announcer.js';
import { keepingAnAdmin } from '../users/last-admin.js';
import { present } from '../not-found.js';
import { auditedTeam, teamsOf, teamViewOf } from './team-view.pure.js';
import { TeamsRepository, type TeamRow } from './teams.repository.js';

@Injectable()
export class TeamsService {
  constructor(
    private readonly teams: TeamsRepository,
    private readonly audit: AuditService,
    private readonly keys: KeyAnnouncer,
    private readonly clock: Clock,
  ) {}

  async list(by: Principal): Promise<TeamView[]> {
    return (await this.teams.list(teamsOf(by))).map(teamViewOf);
  }

  /** Throws `not_found`. */
  async view(by: Principal, id: string): Promise<TeamView> {
    return teamViewOf(present(await this.teams.find(teamsOf(by), id), 'team', id));
  }

  /** Throws `conflict` when the name is taken. */
  async create(by: Principal, { name }: CreateTeam): Promise<TeamView> {
    return this.teams.transaction(async (tx) => {
      await lock(tx, 'accounts');
      if (await this.teams.isNameTaken(tx, name)) throw nameTaken(name);
      const team = await this.teams.create(tx, name);
      await this.record(tx, by, 'create', null, team);
      return teamViewOf(team);
    });
  }

  /** Throws `not_found`, and `conflict` for a taken name or the team of the last admin. */
  async update(by: Principal, id: string, change: UpdateTeam): Promise<TeamView> {
    const { name, disabled } = change;
    const [before, after] = await this.teams.transaction(async (tx) => {
      await lock(tx, 'accounts');
      const was = present(await this.teams.find(teamsOf(by), id, tx), 'team', id);
      if (name !== undefined && (await this.teams.isNameTaken(tx, name, id))) throw nameTaken(name);
      const disabledAt = disabledSince(was.disabledAt, disabled, this.clock.now());
      const is = await keepingAnAdmin(tx, () =>
        this.teams.update(tx, id, { ...(name === undefined ? {} : { name }), disabledAt }),
      );
      const disabling = disablingOf(was.disabledAt, is.disabledAt);
      if (disabling === 'disable') await this.teams.endSessions(tx, id);
      await this.record(tx, by, disabling ?? 'update', was, is);
      return [was, is];
    });
    if (disablingOf(before.disabledAt, after.disabledAt) !== null) this.keys.ownersChanged();
    return teamViewOf(after);
  }

  /** Throws `not_found`, and `conflict` for a team that somebody or something is in. */
  async remove(by: Principal, id: string): Promise<void> {
    await this.teams.transaction(async (tx) => {
      await lock(tx, 'accounts');
      const team = present(await this.teams.find(teamsOf(by), id, tx), 'team', id);
      const { people, keys } = await this.teams.contents(tx, id);
      if (id === DEFAULT_TEAM_ID) throw conflict('This team is for whoever is in no other.');
      if (people > 0 || keys > 0) {
        throw conflict(
          `The team has people (${people}) and keys (${keys}, revoked ones included). Disable it instead.`,
        );
      }
      await this.teams.remove(tx, id);
      await this.record(tx, by, 'delete', team, null);
    });
  }

  private record(
    tx: Transaction,
    by: Principal,
    action: 'create' | 'update' | 'disable' | 'enable' | 'delete',
    before: TeamRow | null,
    after: TeamRow | null,
  ): Promise<void> {
    return this.audit.record(tx, by, {
      action: `team.${action}`,
      subjectKind: 'team',
      subjectId: (after ?? before)?.id ?? '',
      before: before && auditedTeam(before),
      after: after && auditedTeam(after),
    });
  }
}

function nameTaken(name: string): FailureException {
  return conflict(`There is a team '${name}' already.`, 'name');
}

function conflict(message: string, param: string | null = null): FailureException {
  return new FailureException({ code: 'conflict', message, param });
}

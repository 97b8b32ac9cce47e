/** Teams, people and invitations. */
import {
  createdInvitationSchema,
  invitationViewSchema,
  teamViewSchema,
  userViewSchema,
  type CreatedInvitation,
  type InvitationView,
  type TeamView,
  type UpdateTeam,
  type UpdateUser,
  type UserView,
  type createInvitationSchema,
} from '@corral/contracts/http';
import { z } from 'zod';
import type { AdminConnection } from './admin-connection.js';

export class AccountsApi {
  constructor(private readonly connection: AdminConnection) {}

  teams(): Promise<TeamView[]> {
    return this.connection.list('/teams', teamViewSchema);
  }

  createTeam(name: string): Promise<TeamView> {
    return this.connection.call('POST', '/teams', teamViewSchema, { body: { name } });
  }

  updateTeam(id: string, body: UpdateTeam): Promise<TeamView> {
    return this.connection.call('PATCH', `/teams/${encodeURIComponent(id)}`, teamViewSchema, {
      body,
    });
  }

  async deleteTeam(id: string): Promise<void> {
    await this.connection.call('DELETE', `/teams/${encodeURIComponent(id)}`, z.unknown());
  }

  users(): Promise<UserView[]> {
    return this.connection.list('/users', userViewSchema);
  }

  updateUser(id: string, body: UpdateUser): Promise<UserView> {
    return this.connection.call('PATCH', `/users/${encodeURIComponent(id)}`, userViewSchema, {
      body,
    });
  }

  /** Ends every session of the person. */
  async signOut(id: string): Promise<void> {
    await this.connection.call('DELETE', `/users/${encodeURIComponent(id)}/sessions`, z.unknown());
  }

  invitations(): Promise<InvitationView[]> {
    return this.connection.list('/invitations', invitationViewSchema);
  }

  invite(body: z.input<typeof createInvitationSchema>): Promise<CreatedInvitation> {
    return this.connection.call('POST', '/invitations', createdInvitationSchema, { body });
  }

  async revokeInvitation(id: string): Promise<void> {
    await this.connection.call('DELETE', `/invitations/${encodeURIComponent(id)}`, z.unknown());
  }
}

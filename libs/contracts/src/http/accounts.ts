/** The organisation, its teams and people, invitations and sessions. */
import { z } from 'zod';

/**
 * - `admin`: everything.
 * - `lead`: the own team's people, keys, usage, and limits below the team's.
 * - `developer`: own keys and own usage.
 * - `viewer`: reads usage and cost of the whole organisation, changes nothing.
 */
export const ROLES = ['admin', 'lead', 'developer', 'viewer'] as const;
export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;

/** The team of whoever was put into no other; cannot be removed. */
export const DEFAULT_TEAM_ID = 'default';
/** An installation serves one organisation. */
export const ORGANISATION_ID = 'organisation';

const nameSchema = z.string().trim().min(1).max(100);
const emailSchema = z.email().max(254).toLowerCase();
/** Length is what makes a password strong (NIST SP 800-63B); nothing else is asked of it. */
export const passwordSchema = z.string().min(12).max(128);

export const organisationViewSchema = z.object({ id: z.string(), name: z.string() });
export type OrganisationView = z.infer<typeof organisationViewSchema>;
export const updateOrganisationSchema = z.object({ name: nameSchema });
export type UpdateOrganisation = z.infer<typeof updateOrganisationSchema>;

export const teamViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  /** Null: active. */
  disabledAt: z.iso.datetime().nullable(),
  users: z.int(),
  /** Keys that are not revoked. */
  keys: z.int(),
});
export type TeamView = z.infer<typeof teamViewSchema>;

export const createTeamSchema = z.object({ name: nameSchema });
export type CreateTeam = z.infer<typeof createTeamSchema>;
/** What is absent stays as it is. */
export const updateTeamSchema = z.object({
  name: nameSchema.optional(),
  /** True: its keys are refused within a second, and its people signed out. */
  disabled: z.boolean().optional(),
});
export type UpdateTeam = z.infer<typeof updateTeamSchema>;

export const userViewSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: roleSchema,
  teamId: z.string(),
  teamName: z.string(),
  createdAt: z.iso.datetime(),
  disabledAt: z.iso.datetime().nullable(),
  /** When the newest session began; null: no session is open. */
  lastSignInAt: z.iso.datetime().nullable(),
});
export type UserView = z.infer<typeof userViewSchema>;

/** What is absent stays as it is. */
export const updateUserSchema = z.object({
  name: nameSchema.optional(),
  role: roleSchema.optional(),
  teamId: z.string().max(80).optional(),
  /** True: signed out everywhere, and the person's keys refused within a second. */
  disabled: z.boolean().optional(),
});
export type UpdateUser = z.infer<typeof updateUserSchema>;

export const createInvitationSchema = z.object({
  email: emailSchema,
  role: roleSchema.default('developer'),
  /** Default: the inviting lead's own team, or the default team. */
  teamId: z.string().max(80).optional(),
  /** 1 to 30. */
  expiresInDays: z.int().min(1).max(30).default(7),
});
export type CreateInvitation = z.infer<typeof createInvitationSchema>;

export const invitationViewSchema = z.object({
  id: z.string(),
  email: z.string(),
  role: roleSchema,
  teamId: z.string(),
  teamName: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  state: z.enum(['open', 'accepted', 'revoked', 'expired']),
});
export type InvitationView = z.infer<typeof invitationViewSchema>;

/** The only answer that ever holds the link. */
export const createdInvitationSchema = invitationViewSchema.extend({ url: z.string() });
export type CreatedInvitation = z.infer<typeof createdInvitationSchema>;

export const acceptInvitationSchema = z.object({
  token: z.string().min(1).max(200),
  name: nameSchema,
  password: passwordSchema,
});
export type AcceptInvitation = z.infer<typeof acceptInvitationSchema>;

export const sessionViewSchema = z.object({
  id: z.string(),
  userId: z.string(),
  email: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  ipAddress: z.string().nullable(),
  userAgent: z.string().nullable(),
  /** It is the one that asks. */
  current: z.boolean(),
});
export type SessionView = z.infer<typeof sessionViewSchema>;

/** Who is asking. */
export const meSchema = z.object({
  kind: z.enum(['user', 'admin_token']),
  /** Null with the admin token, and so are the next ones. */
  userId: z.string().nullable(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  role: roleSchema,
  teamId: z.string().nullable(),
  teamName: z.string().nullable(),
});
export type Me = z.infer<typeof meSchema>;

/** The ways in, for whoever is not signed in yet. */
export const signInOptionsSchema = z.object({
  /** E-mail and password. */
  password: z.boolean(),
  /** Null: no provider is configured. */
  oidc: z
    .object({
      /** Of the button. */
      name: z.string(),
      /** To go to, on this origin; ends at `/`, or at `/sign-in?error=…`. */
      url: z.string(),
    })
    .nullable(),
});
export type SignInOptions = z.infer<typeof signInOptionsSchema>;

export const sessionQuerySchema = z.object({
  /** Whose; absent: the asker's own, and everybody's with the admin token. */
  userId: z.string().max(80).optional(),
});
export type SessionQuery = z.infer<typeof sessionQuerySchema>;

/** The id of what a person named as a subject of limits or of the audit log. */
import { ORGANISATION_ID } from '@corral/contracts/http';
import { quotaSubject, type SubjectArgument } from '../arguments/subject.js';
import type { AdminClient } from './admin-client.js';
import { keyNamed, teamNamed, UnknownName, userNamed } from './named.js';
import type { QuotaSubject } from './quotas-api.js';

/** Throws {@link CliError} (refused) when there is no such thing, or several. */
export async function subjectOf(
  client: AdminClient,
  { kind, name }: SubjectArgument,
): Promise<QuotaSubject> {
  return { kind, id: await idOf(client, kind, name) };
}

/**
 * The id in the audit log, which knows things that are gone and kinds that have no names: what is
 * not found by name is taken for an id.
 */
export async function auditedId(client: AdminClient, kind: string, text: string): Promise<string> {
  try {
    const limitsOf = kind === 'quota' && text.includes(':') ? quotaSubject(text) : null;
    if (limitsOf === null) return await idOf(client, kind, text);
    // Of limits the id is that of their subject, with its kind.
    return `${limitsOf.kind}/${await idOf(client, limitsOf.kind, limitsOf.name)}`;
  } catch (error) {
    if (error instanceof UnknownName) return text;
    throw error;
  }
}

async function idOf(client: AdminClient, kind: string, name: string): Promise<string> {
  switch (kind) {
    case 'organisation':
      return ORGANISATION_ID;
    case 'team':
      return teamNamed(await client.accounts.teams(), name).id;
    case 'user':
      return userNamed(await client.accounts.users(), name).id;
    case 'key':
      return keyNamed(await client.keys.list(), name).id;
    default:
      return name;
  }
}

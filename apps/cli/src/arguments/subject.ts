/** What limits or audit entries are about, as people write it: `team:research`. */
import { InvalidArgumentError } from 'commander';
import { QUOTA_SUBJECTS, type QuotaSubjectKind } from '@corral/contracts/http';

export interface SubjectArgument {
  kind: QuotaSubjectKind;
  /** A name or an id; of the organisation there is one, and it needs no name. */
  name: string;
}

/** `organisation`, `team:NAME`, `user:EMAIL` or `key:ID`. Throws InvalidArgumentError. */
export function quotaSubject(text: string): SubjectArgument {
  if (text === 'organisation') return { kind: 'organisation', name: text };
  const [kind, name] = halves(text, ':');
  const known = QUOTA_SUBJECTS.find((subject) => subject === kind);
  if (known !== undefined && known !== 'organisation' && name !== '') return { kind: known, name };
  throw new InvalidArgumentError('It is organisation, team:NAME, user:EMAIL or key:ID.');
}

/** `KIND` or `KIND:ID`, of any kind that the audit log knows. Throws InvalidArgumentError. */
export function auditSubject(text: string): { kind: string; id: string | undefined } {
  const [kind, id] = halves(text, ':');
  // Limits are named by whose they are.
  if (kind === 'quota' && id.includes(':')) quotaSubject(id);
  if (kind !== '') return { kind, id: id === '' ? undefined : id };
  throw new InvalidArgumentError('It is a kind or KIND:ID, such as team or team:research.');
}

/** `PROVIDER/MODEL`; the model's own id may hold slashes. Throws InvalidArgumentError. */
export function cloudModel(text: string): { provider: string; model: string } {
  const [provider, model] = halves(text, '/');
  if (provider !== '' && model !== '') return { provider, model };
  throw new InvalidArgumentError('It is PROVIDER/MODEL, as `corral costs prices list` shows them.');
}

/** Before and after the first separator; the second is empty without one. */
function halves(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** A body that does not fit its schema, as a failure that names the field. Pure. */
import type { Failure } from '@corral/contracts';

interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export function invalidBody(issues: readonly SchemaIssue[]): Failure {
  const issue = issues[0];
  const param = fieldName(issue?.path ?? []);
  const message = issue?.message ?? 'is not valid';
  return {
    code: 'invalid_value',
    message: param === '' ? `The body is not valid: ${message}.` : `${param}: ${message}.`,
    param: param === '' ? null : param,
  };
}

/** `messages[2].content`, as a person would write it. */
function fieldName(path: NonNullable<SchemaIssue['path']>): string {
  return path
    .map((step) => (typeof step === 'object' ? step.key : step))
    .reduce<string>((name, key) => {
      if (typeof key === 'number') return `${name}[${key}]`;
      return name === '' ? String(key) : `${name}.${String(key)}`;
    }, '');
}

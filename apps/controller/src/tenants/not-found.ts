import { FailureException } from '../common/failure-exception.pure.js';

/** Also of what is somebody else's: whether it is there is nobody's business. */
export function notFound(
  what: 'team' | 'user' | 'invitation',
  id: string,
  param?: string,
): FailureException {
  return new FailureException({
    code: 'not_found',
    message: `There is no ${what} '${id}'.`,
    ...(param === undefined ? {} : { param }),
  });
}

/** Gives what was found. Throws `not_found` for null. */
export function present<T>(found: T | null, what: Parameters<typeof notFound>[0], id: string): T {
  if (found === null) throw notFound(what, id);
  return found;
}

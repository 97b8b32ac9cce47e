import { FailureException } from '../common/failure-exception.pure.js';

/**
 * Where NATS belongs to somebody else. Its shared password is not handed out instead: it could not
 * be taken back from one machine alone.
 */
export function noAuthority(): FailureException {
  return new FailureException({
    code: 'conflict',
    message:
      'This NATS server has no credentials for single machines. Set one up with `corral nats init` and give its authority file to the controller (NATS_AUTHORITY_FILE); until then start workers with `corral worker start --nats` and the shared credentials.',
  });
}

import { signOnProblemOf } from './sign-on-problem';

describe('what single sign-on came back with', () => {
  it('is nothing when nothing went wrong', () => {
    expect(signOnProblemOf(null)).toBeNull();
  });

  it.each([
    ['provider_unreachable', 'unreachable'],
    ['access_denied', 'denied'],
    ['signup_disabled', 'notAllowed'],
    ['account_not_linked', 'notVerified'],
    ['unable_to_create_session', 'noSession'],
    ['state_mismatch', 'outdated'],
  ])('tells %s apart', (code, problem) => {
    expect(signOnProblemOf(code)).toBe(problem);
  });

  it.each(['', 'toString', 'Call 555-0100 and give your password'])(
    'is never repeated: %j is a failure like any other',
    (code) => {
      expect(signOnProblemOf(code)).toBe('failed');
    },
  );
});

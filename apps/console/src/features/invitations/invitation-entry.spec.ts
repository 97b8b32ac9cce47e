import { couldBeToken, entryProblems, PASSWORD_LENGTH } from './invitation-entry.pure';

const GOOD_PASSWORD = 'x'.repeat(12);

describe('the entry of an invited person', () => {
  it('is taken with a name and a password of 12 to 128 characters', () => {
    expect(PASSWORD_LENGTH).toEqual({ min: 12, max: 128 });
    for (const password of [GOOD_PASSWORD, 'x'.repeat(128)]) {
      expect(entryProblems('Ann', password)).toEqual({ name: null, password: null });
    }
  });

  it.each([
    ['', 'nameMissing'],
    ['  ', 'nameMissing'],
    ['x'.repeat(101), 'nameTooLong'],
  ])('is not taken with the name %j', (name, problem) => {
    expect(entryProblems(name, GOOD_PASSWORD).name).toBe(problem);
  });

  it.each([
    ['', 'passwordTooShort'],
    ['x'.repeat(11), 'passwordTooShort'],
    ['x'.repeat(129), 'passwordTooLong'],
  ])('is not taken with the password %j', (password, problem) => {
    expect(entryProblems('Ann', password).password).toBe(problem);
  });

  it.each([null, '', 'x'.repeat(201)])('is not asked for with the token %j', (token) => {
    expect(couldBeToken(token)).toBe(false);
  });

  it('is asked for with any other token, since only the controller knows them', () => {
    expect(couldBeToken('x'.repeat(43))).toBe(true);
  });
});

/** What an invited person enters, judged by the schema that the controller judges it by. Pure. */
import { acceptInvitationSchema } from '@corral/contracts/http';

const {
  token: tokenSchema,
  name: nameSchema,
  password: passwordSchema,
} = acceptInvitationSchema.shape;

/** Characters of a password. */
export const PASSWORD_LENGTH = {
  min: passwordSchema.minLength ?? 0,
  max: passwordSchema.maxLength ?? 0,
} as const;

export interface EntryProblems {
  name: 'nameMissing' | 'nameTooLong' | null;
  password: 'passwordTooShort' | 'passwordTooLong' | null;
}

/** What is wrong with each field; null: nothing. */
export function entryProblems(name: string, password: string): EntryProblems {
  return {
    name: nameSchema.safeParse(name).success
      ? null
      : name.trim() === ''
        ? 'nameMissing'
        : 'nameTooLong',
    password: passwordSchema.safeParse(password).success
      ? null
      : password.length < PASSWORD_LENGTH.min
        ? 'passwordTooShort'
        : 'passwordTooLong',
  };
}

/** False for what cannot be an invitation's token, like the one of a link that was cut off. */
export function couldBeToken(token: string | null): token is string {
  return tokenSchema.safeParse(token).success;
}

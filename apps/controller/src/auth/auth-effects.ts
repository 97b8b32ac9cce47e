/** What better-auth, as it is used here, asks of the rest of Corral. */

/** What the provider says of a person. */
export interface ProviderProfile {
  /** Who it is there, whatever becomes of the address. */
  subject: string;
  email: string;
  emailVerified: boolean;
  /** Empty where it does not say. */
  name: string;
}

export interface AuthEffects {
  /** False: the person, or the person's team, is disabled. */
  isActive: (userId: string) => Promise<boolean>;
  endSession: (token: string) => Promise<void>;
  /** Somebody came from the provider, and may need an account. */
  admit: (profile: ProviderProfile) => Promise<void>;
  log: (message: string) => void;
}

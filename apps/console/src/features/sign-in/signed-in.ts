'use client';
import { createContext, useContext } from 'react';
import type { Person } from './api/get-me';

/** Filled by `SignedInOnly`. */
export const SignedInContext = createContext<Person | null>(null);

/** Who is signed in. Throws outside `SignedInOnly`. */
export function useSignedIn(): Person {
  const person = useContext(SignedInContext);
  if (person === null) throw new Error('useSignedIn needs a SignedInOnly above it');
  return person;
}

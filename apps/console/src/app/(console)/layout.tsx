'use client';
import type { ReactNode } from 'react';
import { SignedInOnly } from '../../features/sign-in/components/signed-in-only';
import { Frame } from './frame';

/** Every page behind the sign-in. */
export default function ConsoleLayout({ children }: { children: ReactNode }) {
  return (
    <SignedInOnly>
      <Frame>{children}</Frame>
    </SignedInOnly>
  );
}

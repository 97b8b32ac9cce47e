import type { ReactNode } from 'react';
import { BrandMark } from './brand-mark';
import { PreferencesControls } from './preferences-controls';

export interface EntranceProps {
  title: string;
  lead: string;
  children: ReactNode;
}

/** The frame of a page for whoever is not signed in: one thing to do, theme and language below. */
export function Entrance({ title, lead, children }: EntranceProps) {
  return (
    <div className="flex min-h-dvh flex-col items-center px-4 py-8">
      <main className="my-auto w-full max-w-[23rem]">
        <div className="mb-6 flex flex-col items-center text-center">
          <BrandMark className="size-11" />
          <h1 className="mt-4 text-xl font-semibold tracking-tight">{title}</h1>
          <p className="mt-1 text-muted">{lead}</p>
        </div>
        {children}
      </main>
      <footer className="mt-8 flex flex-wrap justify-center gap-3">
        <PreferencesControls legendsHidden />
      </footer>
    </div>
  );
}

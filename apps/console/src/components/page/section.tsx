import { useId, type ReactNode } from 'react';

export interface SectionProps {
  title: string;
  /** How many things it lists; absent: not shown. */
  count?: number;
  children: ReactNode;
}

/** A part of a page under its own heading, findable as a landmark by its title. */
export function Section({ title, count, children }: SectionProps) {
  const headingId = useId();
  return (
    <section aria-labelledby={headingId} className="min-w-0">
      <div className="mb-3 flex items-baseline gap-2">
        <h2 id={headingId} className="text-[0.9375rem] font-semibold tracking-tight">
          {title}
        </h2>
        {count !== undefined && <span className="text-sm text-muted tabular-nums">{count}</span>}
      </div>
      {children}
    </section>
  );
}

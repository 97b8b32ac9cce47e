import type { LucideIcon } from 'lucide-react';
import { Card } from './card';
import { CommandLine } from '../actions/command-line';

export interface EmptyStateProps {
  icon: LucideIcon;
  title: string;
  body: string;
  /** What to type next, in order. */
  commands: readonly string[];
}

/** Nothing here yet, and the next step. */
export function EmptyState({ icon: Icon, title, body, commands }: EmptyStateProps) {
  return (
    <Card className="flex flex-col items-center px-5 py-8 text-center">
      <span className="mb-3 grid size-10 place-items-center rounded-full bg-sunken text-muted">
        <Icon className="size-5" aria-hidden />
      </span>
      <p className="font-medium">{title}</p>
      <p className="mt-1 max-w-md text-muted">{body}</p>
      <div className="mt-4 flex w-full max-w-lg flex-col gap-2 text-left">
        {commands.map((command) => (
          <CommandLine key={command} text={command} what={command} prompt />
        ))}
      </div>
    </Card>
  );
}

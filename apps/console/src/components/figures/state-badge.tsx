import type { LucideIcon } from 'lucide-react';
import { TONE_TEXT, TONE_TINTED, type Tone } from './tone';

/** How one state is shown. */
export interface StateLook {
  tone: Tone;
  icon: LucideIcon;
  /** The icon turns: work is going on. */
  spins?: boolean;
}

export interface StateBadgeProps {
  look: StateLook;
  word: string;
  /** `pill`: on a tinted ground; `plain` (the default): in a row of text. */
  shape?: 'pill' | 'plain';
}

/** A state as icon, word and colour. */
export function StateBadge({ look, word, shape = 'plain' }: StateBadgeProps) {
  const Icon = look.icon;
  const ground =
    shape === 'pill'
      ? `rounded-full border px-2.5 py-0.5 ${TONE_TINTED[look.tone]}`
      : TONE_TEXT[look.tone];
  return (
    <span
      className={`inline-flex shrink-0 items-center gap-1.5 text-[0.8125rem] font-medium whitespace-nowrap ${ground}`}
    >
      <Icon
        className={`size-3.5 ${look.spins ? 'animate-spin' : ''}`}
        strokeWidth={2.25}
        aria-hidden
      />
      {word}
    </span>
  );
}

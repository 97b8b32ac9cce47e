import type { ReactNode } from 'react';
import CircleCheck from 'lucide-react/icons/circle-check';
import CircleX from 'lucide-react/icons/circle-x';
import Info from 'lucide-react/icons/info';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import { TONE_TEXT, TONE_TINTED } from '../figures/tone';

const ICONS = { ok: CircleCheck, warn: TriangleAlert, failed: CircleX, busy: Info } as const;

export interface NoticeProps {
  tone: keyof typeof ICONS;
  /** Above the body, in the tone's colour; absent: the body stands alone. */
  title?: string;
  children: ReactNode;
  /** `alert` interrupts a screen reader, for what has just gone wrong; default `status` waits. */
  role?: 'alert' | 'status';
}

/** A message across the page. */
export function Notice({ tone, title, children, role = 'status' }: NoticeProps) {
  const Icon = ICONS[tone];
  return (
    <div role={role} className={`flex gap-3 rounded-xl border px-4 py-3 ${TONE_TINTED[tone]}`}>
      <Icon className={`mt-0.5 size-4 shrink-0 ${TONE_TEXT[tone]}`} aria-hidden />
      <div className="min-w-0 flex-1 text-ink">
        {title !== undefined && <p className="font-medium">{title}</p>}
        {children}
      </div>
    </div>
  );
}

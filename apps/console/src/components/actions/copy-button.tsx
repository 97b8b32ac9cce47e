'use client';
import { useEffect, useState } from 'react';
import Check from 'lucide-react/icons/check';
import Copy from 'lucide-react/icons/copy';
import { useTranslations } from 'next-intl';

const SHOWN_MS = 2_000;

export interface CopyButtonProps {
  text: string;
  /** What is copied, to complete “Copy …” for a screen reader. */
  what: string;
}

/** Copies `text`, and says whether it worked: browsers refuse it on plain HTTP from afar. */
export function CopyButton({ text, what }: CopyButtonProps) {
  const t = useTranslations('copy');
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null);

  useEffect(() => {
    if (outcome === null) return;
    const timer = setTimeout(() => setOutcome(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);

  const Icon = outcome === 'copied' ? Check : Copy;
  return (
    <button
      type="button"
      onClick={() => void copy(text).then((done) => setOutcome(done ? 'copied' : 'failed'))}
      className="inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md px-1.5 text-xs font-medium text-muted hover:bg-line/60 hover:text-ink"
      title={t('what', { what })}
    >
      <Icon className={`size-3.5 ${outcome === 'copied' ? 'text-ok' : ''}`} aria-hidden />
      <span className="sr-only">{t('what', { what })}</span>
      <span role="status" className="empty:-ml-1.5">
        {outcome !== null && t(outcome)}
      </span>
    </button>
  );
}

async function copy(text: string): Promise<boolean> {
  // Absent outside a secure context: http:// on anything but localhost.
  const clipboard: Clipboard | undefined = navigator.clipboard;
  if (clipboard === undefined) return copyBySelection(text);
  return clipboard.writeText(text).then(
    () => true,
    () => copyBySelection(text),
  );
}

/** The way that browsers still allow on plain HTTP. */
function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  area.className = 'fixed opacity-0';
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}

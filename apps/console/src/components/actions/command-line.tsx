import { CopyButton } from './copy-button';

/** One line to copy: a command, an address. */
export function CommandLine({
  text,
  what,
  prompt,
}: {
  text: string;
  what: string;
  prompt?: boolean;
}) {
  return (
    <div className="flex items-center gap-2 rounded-lg border border-line bg-sunken py-1 pr-1 pl-3">
      {prompt && (
        <span aria-hidden className="font-mono text-xs text-muted select-none">
          $
        </span>
      )}
      <code className="min-w-0 flex-1 py-1 font-mono text-xs wrap-anywhere">{text}</code>
      <CopyButton text={text} what={what} />
    </div>
  );
}

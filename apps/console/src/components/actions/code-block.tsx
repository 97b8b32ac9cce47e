import { CopyButton } from './copy-button';

export interface CodeBlockProps {
  code: string;
  /** What it is, for the copy button and a screen reader. */
  what: string;
}

/** Code to copy. Long lines scroll; the keyboard can reach them. */
export function CodeBlock({ code, what }: CodeBlockProps) {
  return (
    <div className="relative rounded-lg border border-line bg-sunken">
      <div className="absolute top-1 right-1 rounded-md bg-sunken">
        <CopyButton text={code} what={what} />
      </div>
      <pre
        tabIndex={0}
        role="region"
        aria-label={what}
        className="overflow-x-auto rounded-lg p-3 pr-10 font-mono text-[0.71875rem] leading-5"
      >
        <code>{code}</code>
      </pre>
    </div>
  );
}

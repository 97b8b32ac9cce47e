import { useId, type InputHTMLAttributes, type ReactNode, type Ref } from 'react';

export interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  /** What is wrong with the value; null: nothing. */
  problem: string | null;
  /** What is asked of the value; absent: nothing that needs words. A problem takes its place. */
  hint?: string;
  /** Inside the field, at its end. */
  adornment?: ReactNode;
  ref?: Ref<HTMLInputElement>;
}

/** A labelled field; its hint or problem is read out together with it. */
export function TextField({ label, problem, hint, adornment, ref, ...rest }: TextFieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = problem ?? hint;
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-[0.8125rem] font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          ref={ref}
          aria-invalid={problem !== null}
          aria-describedby={note === undefined ? undefined : noteId}
          className={`h-10 w-full rounded-lg border bg-surface px-3 text-base sm:text-sm ${adornment ? 'pr-11' : ''} ${problem === null ? 'border-line-strong' : 'border-failed'}`}
          {...rest}
        />
        {adornment && (
          <div className="absolute inset-y-0 right-1 flex items-center">{adornment}</div>
        )}
      </div>
      {note !== undefined && (
        <p
          id={noteId}
          className={`mt-1.5 text-[0.8125rem] ${problem === null ? 'text-muted' : 'text-failed'}`}
        >
          {note}
        </p>
      )}
    </div>
  );
}

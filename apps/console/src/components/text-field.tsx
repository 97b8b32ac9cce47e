import { useId, type InputHTMLAttributes, type ReactNode, type Ref } from 'react';

export interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  /** What is wrong with the value; null: nothing. */
  problem: string | null;
  /** Inside the field, at its end. */
  adornment?: ReactNode;
  ref?: Ref<HTMLInputElement>;
}

/** A labelled field; its problem is read out together with it. */
export function TextField({ label, problem, adornment, ref, ...rest }: TextFieldProps) {
  const id = useId();
  const problemId = `${id}-problem`;
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
          aria-describedby={problem === null ? undefined : problemId}
          className={`h-10 w-full rounded-lg border bg-surface px-3 text-base sm:text-sm ${adornment ? 'pr-11' : ''} ${problem === null ? 'border-line-strong' : 'border-failed'}`}
          {...rest}
        />
        {adornment && (
          <div className="absolute inset-y-0 right-1 flex items-center">{adornment}</div>
        )}
      </div>
      {problem !== null && (
        <p id={problemId} className="mt-1.5 text-[0.8125rem] text-failed">
          {problem}
        </p>
      )}
    </div>
  );
}

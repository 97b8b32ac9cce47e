import { useId } from 'react';
import type { LucideIcon } from 'lucide-react';

export interface Segment<T extends string> {
  value: T;
  label: string;
  icon?: LucideIcon;
}

export interface SegmentedControlProps<T extends string> {
  legend: string;
  /** The legend is for screen readers only. */
  legendHidden?: boolean;
  segments: readonly Segment<T>[];
  value: T;
  onChange(value: T): void;
}

/** One of a few. Radio buttons underneath, so that arrow keys and screen readers know it. */
export function SegmentedControl<T extends string>(props: SegmentedControlProps<T>) {
  const name = useId();
  return (
    <fieldset className="min-w-0">
      <legend className={props.legendHidden ? 'sr-only' : 'mb-1.5 text-xs font-medium text-muted'}>
        {props.legend}
      </legend>
      <div className="flex gap-0.5 rounded-lg bg-sunken p-0.5">
        {props.segments.map(({ value, label, icon: Icon }) => (
          <label
            key={value}
            className="flex h-7 flex-1 cursor-pointer items-center justify-center gap-1.5 rounded-md px-2.5 text-xs font-medium whitespace-nowrap text-muted has-checked:bg-chosen has-checked:text-ink has-checked:shadow-card has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name={name}
              value={value}
              checked={value === props.value}
              onChange={() => props.onChange(value)}
              className="sr-only"
            />
            {Icon && <Icon className="size-3.5" aria-hidden />}
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

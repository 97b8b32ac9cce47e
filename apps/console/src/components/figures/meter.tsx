export interface MeterProps {
  /** 0 to 1. */
  share: number;
  /** What is measured, for a screen reader. */
  label: string;
  /** The figures in words, for a screen reader: `7.6 / 23.6 GiB`. */
  valueText: string;
}

/** How much of something is taken. Full is not a failure, so it never turns red. */
export function Meter({ share, label, valueText }: MeterProps) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10;
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={valueText}
      className="h-2 overflow-hidden rounded-full bg-sunken"
    >
      <div
        className="h-full rounded-full bg-accent transition-[width] duration-500"
        style={{ width: `${percent}%` }}
      />
    </div>
  );
}

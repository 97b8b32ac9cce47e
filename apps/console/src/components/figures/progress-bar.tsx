export interface ProgressBarProps {
  /** 0 to 1; null where nobody knows. */
  progress: number | null;
  label: string;
}

/** How far a piece of work has come, with its per cent. */
export function ProgressBar({ progress, label }: ProgressBarProps) {
  const percent = progress === null ? null : Math.floor(progress * 100);
  return (
    <div className="flex items-center gap-2">
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent ?? undefined}
        className="h-1.5 w-24 overflow-hidden rounded-full bg-sunken"
      >
        <div
          className={`h-full rounded-full bg-busy ${percent === null ? 'w-1/3 animate-pulse' : 'transition-[width] duration-500'}`}
          style={percent === null ? undefined : { width: `${percent}%` }}
        />
      </div>
      {percent !== null && (
        <span className="text-xs whitespace-nowrap text-muted tabular-nums">{percent} %</span>
      )}
    </div>
  );
}

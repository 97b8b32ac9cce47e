/** Beyond this many, cells are too small to count and one bar says it better. */
const MOST_CELLS = 16;

export interface SlotCellsProps {
  active: number;
  total: number;
  /** The same in words, for a screen reader. */
  label: string;
}

/** The slots of a replica: a cell each, filled where a request is running. */
export function SlotCells({ active, total, label }: SlotCellsProps) {
  if (total > MOST_CELLS) {
    return (
      <div
        role="img"
        aria-label={label}
        className="h-2.5 w-32 shrink-0 overflow-hidden rounded-sm bg-accent/15"
      >
        <div className="h-full bg-accent" style={{ width: `${(active / total) * 100}%` }} />
      </div>
    );
  }
  return (
    <div role="img" aria-label={label} className="flex w-32 shrink-0 flex-wrap gap-1">
      {Array.from({ length: total }, (_, index) => (
        <span
          key={index}
          className={`h-2.5 w-3 rounded-xs transition-colors ${index < active ? 'bg-accent' : 'bg-accent/15'}`}
        />
      ))}
    </div>
  );
}

import type { ReactNode } from 'react';
import { Card } from '../../../components/page/card';
import { Sparkline } from '../../../components/figures/sparkline';
import type { Quantity } from '../../../lib/format-bytes';
import type { Sample } from '../../../lib/time-series';

export interface TileProps {
  title: string;
  /** Null: nothing was measured yet. */
  value: Quantity | null;
  /** Under the figure. */
  note: string;
  series: readonly Sample[];
  /** What the sparkline shows, in one sentence. */
  seriesTitle: string;
  /** The figure is history; `note` says since when. */
  stale: boolean;
  icon: ReactNode;
}

/** One figure, large, and where it has been. */
export function Tile({ title, value, note, series, seriesTitle, stale, icon }: TileProps) {
  return (
    <Card className="flex min-w-0 flex-col overflow-hidden">
      <div className="px-4 pt-3.5">
        <h3 className="flex items-center gap-1.5 text-[0.8125rem] font-medium text-muted">
          {icon}
          <span className="truncate">{title}</span>
        </h3>
        <p
          className={`mt-1 text-[1.75rem] leading-9 font-semibold tracking-tight tabular-nums ${stale ? 'text-muted' : ''}`}
        >
          {value?.figure ?? '–'}
          {value !== null && value.unit !== '' && (
            <span className="ml-1 text-sm font-medium tracking-normal text-muted">
              {value.unit}
            </span>
          )}
        </p>
        <p className="text-xs text-muted">{note}</p>
      </div>
      <div className={`px-4 pt-2 pb-3 ${stale ? 'opacity-50' : ''}`}>
        <Sparkline series={series} title={seriesTitle} />
      </div>
    </Card>
  );
}

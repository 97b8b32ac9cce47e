import { sparklinePaths, type Sample } from '../../lib/time-series';

const BOX = { width: 120, height: 28 };

export interface SparklineProps {
  /** Oldest first. */
  series: readonly Sample[];
  /** One sentence that says what the line shows. */
  title: string;
}

/** The last two minutes of a figure. Its bottom edge is zero. */
export function Sparkline({ series, title }: SparklineProps) {
  const { line, area } = sparklinePaths(series, BOX);
  return (
    <svg
      role="img"
      aria-label={title}
      viewBox={`0 -2 ${BOX.width} ${BOX.height + 4}`}
      preserveAspectRatio="none"
      className="h-8 w-full"
    >
      <line
        x1="0"
        x2={BOX.width}
        y1={BOX.height}
        y2={BOX.height}
        className="stroke-line"
        vectorEffect="non-scaling-stroke"
      />
      <path d={area} className="fill-accent/10" />
      <path
        d={line}
        fill="none"
        strokeWidth="1.5"
        strokeLinejoin="round"
        strokeLinecap="round"
        vectorEffect="non-scaling-stroke"
        className="stroke-accent"
      />
    </svg>
  );
}

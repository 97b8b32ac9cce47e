'use client';
import type { Overview } from '@corral/contracts/http';
import Activity from 'lucide-react/icons/activity';
import Layers from 'lucide-react/icons/layers';
import Timer from 'lucide-react/icons/timer';
import Zap from 'lucide-react/icons/zap';
import { useTranslations } from 'next-intl';
import type { Quantity } from '../../../lib/format-bytes';
import { formatAge, latencyQuantity } from '../../../lib/format-duration';
import { formatCount, formatRate } from '../../../lib/format-rate';
import { useLiveOverview } from '../live-overview';
import type { LoadFigure } from '../overview-state';
import { Tile, type TileProps } from './tile';

const HEADING_ID = 'load';
const ICON = 'size-3.5 shrink-0';

/** The load of the cluster: four figures and their last two minutes. */
export function LoadTiles({ rates }: { rates: Overview['rates'] }) {
  const t = useTranslations('tiles');
  const tile = useTile(rates);
  const perSecond = (value: number): Quantity => ({
    figure: formatRate(value),
    unit: t('perSecond'),
  });
  const count = (value: number): Quantity => ({ figure: formatCount(value), unit: '' });
  const waiting =
    rates.waiting === 0 ? t('noneWaiting') : t('waiting', { count: formatCount(rates.waiting) });
  const latency = rates.ttftP50Ms === null ? t('none') : t('median');

  return (
    <section
      aria-labelledby={HEADING_ID}
      className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4"
    >
      <h2 id={HEADING_ID} className="sr-only">
        {t('title')}
      </h2>
      <Tile
        {...tile('requestsPerSecond', t('requests'), t('last10s'), perSecond)}
        icon={<Activity className={ICON} aria-hidden />}
      />
      <Tile
        {...tile('tokensPerSecond', t('tokens'), t('last10s'), perSecond)}
        icon={<Zap className={ICON} aria-hidden />}
      />
      <Tile
        {...tile('running', t('inFlight'), waiting, count)}
        icon={<Layers className={ICON} aria-hidden />}
      />
      <Tile
        {...tile('ttftP50Ms', t('ttft'), latency, latencyQuantity)}
        icon={<Timer className={ICON} aria-hidden />}
      />
    </section>
  );
}

/** Returns what a tile shows of one figure: its value and course, or how old they are. */
function useTile(rates: Overview['rates']) {
  const t = useTranslations('tiles');
  const { series, liveness, ageMs } = useLiveOverview();
  const stale = liveness === 'stale';
  return (
    figure: LoadFigure,
    title: string,
    note: string,
    show: (value: number) => Quantity,
  ): Omit<TileProps, 'icon'> => {
    const now = rates[figure];
    const highest = Math.max(0, ...series[figure].map((sample) => sample.value ?? 0));
    return {
      title,
      note: stale ? t('age', { age: formatAge(ageMs) }) : note,
      value: now === null ? null : show(now),
      series: series[figure],
      seriesTitle: t('sparkline', {
        title,
        now: now === null ? '–' : inWords(show(now)),
        highest: inWords(show(highest)),
      }),
      stale,
    };
  };
}

function inWords({ figure, unit }: Quantity): string {
  return `${figure} ${unit}`.trim();
}

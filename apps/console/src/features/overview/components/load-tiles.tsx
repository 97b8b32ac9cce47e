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
import { Tile } from './tile';

const HEADING_ID = 'load';
const ICON = 'size-3.5 shrink-0';

/** The load of the cluster: four figures and their last two minutes. */
export function LoadTiles({ rates }: { rates: Overview['rates'] }) {
  const t = useTranslations('tiles');
  const { series, liveness, ageMs } = useLiveOverview();
  const stale = liveness === 'stale';
  const perSecond = (value: number): Quantity => ({
    figure: formatRate(value),
    unit: t('perSecond'),
  });
  const count = (value: number): Quantity => ({ figure: formatCount(value), unit: '' });

  const tile = (
    figure: LoadFigure,
    title: string,
    note: string,
    show: (value: number) => Quantity,
  ) => {
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
        {...tile(
          'running',
          t('inFlight'),
          rates.waiting === 0
            ? t('noneWaiting')
            : t('waiting', { count: formatCount(rates.waiting) }),
          count,
        )}
        icon={<Layers className={ICON} aria-hidden />}
      />
      <Tile
        {...tile(
          'ttftP50Ms',
          t('ttft'),
          rates.ttftP50Ms === null ? t('none') : t('median'),
          latencyQuantity,
        )}
        icon={<Timer className={ICON} aria-hidden />}
      />
    </section>
  );
}

function inWords({ figure, unit }: Quantity): string {
  return `${figure} ${unit}`.trim();
}

/** How far what is on the screen can be trusted. */

/** Without a sample for this long, figures are history: well above the second between two samples. */
export const STALE_AFTER_MS = 12_000;

/** `open`: events can arrive. `lost`: the stream is down and is being opened again. */
export type FeedConnection = 'opening' | 'open' | 'lost';

/**
 * - `connecting`: nothing has arrived yet.
 * - `live`: the stream is up and the last sample is fresh.
 * - `reconnecting`: the stream is down, the last sample is still fresh.
 * - `stale`: the last sample is 12 s old or older, whatever the stream says of itself.
 */
export type Liveness = 'connecting' | 'live' | 'reconnecting' | 'stale';

/** `sampleAgeMs` is null before the first sample. */
export function livenessOf(connection: FeedConnection, sampleAgeMs: number | null): Liveness {
  if (sampleAgeMs === null) return 'connecting';
  if (sampleAgeMs >= STALE_AFTER_MS) return 'stale';
  return connection === 'lost' ? 'reconnecting' : 'live';
}

/**
 * What a state means to whoever looks after the cluster. A state is always icon + word + colour, so
 * that it can be told without seeing colours. Red (`failed`) is for failure alone, never for a
 * machine that is merely full.
 */
export type Tone = 'ok' | 'busy' | 'warn' | 'failed' | 'idle';

export const TONE_TEXT: Record<Tone, string> = {
  ok: 'text-ok',
  busy: 'text-busy',
  warn: 'text-warn',
  failed: 'text-failed',
  idle: 'text-idle',
};

/** Text on a soft ground of its own colour, with an edge. */
export const TONE_TINTED: Record<Tone, string> = {
  ok: 'text-ok bg-ok-soft border-ok/25',
  busy: 'text-busy bg-busy-soft border-busy/25',
  warn: 'text-warn bg-warn-soft border-warn/25',
  failed: 'text-failed bg-failed-soft border-failed/25',
  idle: 'text-idle bg-idle-soft border-idle/25',
};

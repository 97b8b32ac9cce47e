import { InvalidArgumentError } from 'commander';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `90s`, `10m`, `2h` or `1d`, in whole seconds. Throws InvalidArgumentError. */
export function durationS(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = SECONDS[unit];
  if (seconds !== undefined) return Number(digits) * seconds;
  throw new InvalidArgumentError('It is a length of time such as 90s, 10m, 2h or 1d.');
}

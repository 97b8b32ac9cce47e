import { InvalidArgumentError } from 'commander';

/**
 * A parser of `field=value`, to be given several times: the fields with their values. A value is
 * read as JSON where it is some (`8`, `true`, `null`), and else as text.
 */
export function assignments(
  text: string,
  before: Record<string, unknown> = {},
): Record<string, unknown> {
  const [, field, value = ''] = /^([A-Za-z]\w*)=(.*)$/s.exec(text) ?? [];
  if (field !== undefined) return { ...before, [field]: valueOf(value) };
  throw new InvalidArgumentError('It is a field and its value, such as slots=8.');
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

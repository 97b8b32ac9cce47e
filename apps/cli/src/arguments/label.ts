import { InvalidArgumentError } from 'commander';
import { labelsSchema, type Labels } from '@corral/contracts';

/** `zone=office`, given several times for several. Throws InvalidArgumentError. */
export function label(text: string, before: Labels = {}): Labels {
  const at = text.indexOf('=');
  const [key, value] = at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  const labels = labelsSchema.safeParse({ ...before, [key]: value });
  if (at > 0 && labels.success) return labels.data;
  throw new InvalidArgumentError('It is a label and its value, such as zone=office.');
}

/** How a settled request stands in a file of the spool: a line of JSON. Pure. */
import { usageMessageSchema, type UsageMessage } from '@corral/contracts';

type Settled = Extract<UsageMessage, { kind: 'settled' }>;

export function spoolLine(message: Settled): string {
  return `${JSON.stringify(message)}\n`;
}

/**
 * The messages of a file, in their order. A line that cannot be read is left out: the machine went
 * down while it was written, and nobody was told that it was safe.
 */
export function spooledMessages(text: string): Settled[] {
  return text.split('\n').flatMap((line) => {
    const message = usageMessageSchema.safeParse(parsed(line));
    return message.success && message.data.kind === 'settled' ? [message.data] : [];
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

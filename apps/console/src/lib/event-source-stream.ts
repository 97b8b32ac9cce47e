/** The browser's EventSource as the stream of a live feed. */
import type { z } from 'zod';
import type { StreamListener } from './live-feed';
import { parseJson } from './parse-json';

export interface EventSourceStreamOptions<T> {
  /** Absolute path on this origin; the session cookie goes with it. */
  path: string;
  /** Name of the events that carry a value. */
  event: string;
  schema: z.ZodType<T>;
}

/** Opens the stream; values that do not fit `schema` are reported and not passed on. */
export function openEventSourceStream<T>(
  { path, event, schema }: EventSourceStreamOptions<T>,
  listener: StreamListener<T>,
): { close(): void } {
  const source = new EventSource(path);
  source.onopen = () => listener.onOpen();
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) listener.onRefused();
    else listener.onDropped();
  };
  source.addEventListener(event, (message: MessageEvent<string>) => {
    const parsed = schema.safeParse(parseJson(message.data));
    if (parsed.success) listener.onValue(parsed.data);
    else listener.onUnreadable();
  });
  return { close: () => source.close() };
}

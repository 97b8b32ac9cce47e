/**
 * The channel to the supervisor. Outgoing events are parsed by the supervisor, incoming commands
 * here. An engine without a parent is of no use to anyone and ends itself.
 */
import type { EngineEvent } from '@corral/contracts';

export interface Parent {
  /** Sends; `onSent` is called when the message has left this process. */
  send(event: EngineEvent, onSent?: () => void): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** The supervisor of this process. Throws when the process was not forked with a channel. */
export function connectParent(): Parent {
  const send = process.send?.bind(process);
  if (!send) throw new Error('the engine must be forked by a worker (no IPC channel)');
  // Not an exit, which runs llama.cpp's clean-up: that may wait for a decode, or for a hung GPU.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  return {
    send(event, onSent) {
      // An error means that the channel is closed; `disconnect` ends the process then.
      send(event, undefined, undefined, () => onSent?.());
    },
    onMessage(listener) {
      process.on('message', listener);
    },
  };
}

/** From the pieces of one engine step to the frames that carry them: one per controller. */
import type { FrameStream } from '@corral/contracts';
import type { AddressedPiece } from './attempt.pure.js';

/** Pieces sorted by the controller they are for, each controller's in their order. */
export function byController(pieces: Iterable<AddressedPiece>): Map<string, FrameStream[]> {
  const sorted = new Map<string, FrameStream[]>();
  for (const { controllerId, stream } of pieces) {
    const streams = sorted.get(controllerId);
    if (streams === undefined) sorted.set(controllerId, [stream]);
    else streams.push(stream);
  }
  return sorted;
}

/**
 * Cuts pieces into frames that stay below `maxBytes`, in order. A piece that is too large by itself
 * makes a frame of its own, which the bus will refuse.
 */
export function splitIntoFrames(streams: FrameStream[], maxBytes: number): FrameStream[][] {
  const frames: FrameStream[][] = [];
  let frame: FrameStream[] = [];
  let frameBytes = ENVELOPE_BYTES;
  for (const stream of streams) {
    const bytes = boundOnBytes(stream);
    if (frame.length > 0 && frameBytes + bytes > maxBytes) {
      frames.push(frame);
      frame = [];
      frameBytes = ENVELOPE_BYTES;
    }
    frame.push(stream);
    frameBytes += bytes;
  }
  if (frame.length > 0) frames.push(frame);
  return frames;
}

/** Node id, boot id and punctuation. */
const ENVELOPE_BYTES = 300;
/** Names, numbers, the prompt, and a finish with its timings; ids are at most 80 characters. */
const STREAM_BYTES = 800;
/** A UTF-16 unit is at most six bytes of JSON (an escape, `\u0007`). */
const BYTES_PER_CHARACTER = 6;
/** `"logprob":-12.345678901234567,"token":151643,"text":""` and brackets. */
const LOGPROB_BYTES = 100;

/** Never less than the piece's JSON, and far cheaper than making it. */
function boundOnBytes({ tokens, text, logprobs = [], finish }: FrameStream): number {
  let characters = text.length + (finish?.failure?.message.length ?? 0);
  let entries = 0;
  for (const logprob of logprobs) {
    entries += 1 + logprob.top.length;
    characters += logprob.text.length;
    for (const alternative of logprob.top) characters += alternative.text.length;
  }
  return (
    STREAM_BYTES + tokens.length * 17 + entries * LOGPROB_BYTES + characters * BYTES_PER_CHARACTER
  );
}

/** Reads a turn as text: of raw prompts, and of models that mark nothing in what they write. */
import type { OutputPart, TurnReader } from './turn-reader.pure.js';

const NOTHING: readonly OutputPart[] = [];

/** Passes text on as it comes, and holds nothing back. */
export class TextReader implements TurnReader {
  read(_token: number, text: string): readonly OutputPart[] {
    return text === '' ? NOTHING : [{ kind: 'text', text }];
  }

  end(): readonly OutputPart[] {
    return NOTHING;
  }
}

/**
 * From the tokens of one stream to the text of its answer: the detokenizer makes characters, the
 * reader of the turn makes parts, stop strings end the text. Deterministic in the list of tokens, so
 * an attempt that resumes reads the accepted ones again, drops the text, and stands where the first
 * attempt stood.
 */
import type { OutputPart, TurnReader } from '../dialogue/turn-reader.pure.js';
import { Detokenizer } from '../vocabulary/detokenizer.pure.js';
import type { Vocabulary } from '../vocabulary/vocabulary.pure.js';
import { StopMatcher } from './stop-matcher.pure.js';

export class AnswerText {
  private readonly detokenizer: Detokenizer;
  private readonly stops: StopMatcher;
  private isOver = false;

  /** `reader` has read nothing yet; `stops` holds no empty string. */
  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly reader: TurnReader,
    stops: readonly string[],
  ) {
    this.detokenizer = new Detokenizer(vocabulary);
    this.stops = new StopMatcher(stops);
  }

  /** The model has ended its turn, or a stop string was found. Nothing can follow. */
  get over(): boolean {
    return this.isOver;
  }

  /** Returns the text that became certain with the next token, all that is held back if it ends. */
  push(token: number): string {
    if (!this.vocabulary.endsGeneration(token)) {
      return this.textOf(this.reader.read(token, this.detokenizer.push(token)));
    }
    const text = this.textOf(this.reader.read(token, '')) + this.end();
    this.isOver = true;
    return text;
  }

  /** Returns what is still held back, for a generation that ends here. */
  end(): string {
    if (this.isOver) return '';
    const text = this.textOf(this.reader.end());
    return this.isOver ? text : text + this.stops.flush();
  }

  /** The text of the parts, up to a stop string. */
  private textOf(parts: readonly OutputPart[]): string {
    let text = '';
    for (const part of parts) {
      const match = this.stops.push(part.text);
      text += match.text;
      if (!match.stopped) continue;
      this.isOver = true;
      break;
    }
    return text;
  }
}

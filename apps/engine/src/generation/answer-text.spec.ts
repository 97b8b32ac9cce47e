import { TextReader } from '../dialogue/text-reader.pure.js';
import type { OutputPart, TurnReader } from '../dialogue/turn-reader.pure.js';
import { fakeVocabulary } from '../testing/fake-vocabulary.js';
import { AnswerText } from './answer-text.pure.js';

const END = 0;
const MARKER = 1;
/** The marker has no text; 4 and 5 are the halves of one character. */
const VOCABULARY = fakeVocabulary([null, [], 'a', 'b', [0xc3], [0xa4], ' ']);

/** Counts marked words: holds a word back from a marker to the next space. */
class MarkedWords implements TurnReader {
  readonly fed: [token: number, text: string][] = [];
  private word: string | null = null;
  private count = 0;

  read(token: number, text: string): OutputPart[] {
    this.fed.push([token, text]);
    if (token === MARKER) this.word ??= '';
    if (this.word === null) return partOf(text);
    this.word += text;
    return text === ' ' ? this.end() : [];
  }

  end(): OutputPart[] {
    if (this.word === null) return [];
    const word = `${++this.count}:${this.word}`;
    this.word = null;
    return partOf(word);
  }
}

function partOf(text: string): OutputPart[] {
  return text === '' ? [] : [{ kind: 'text', text }];
}

function textOf(answer: AnswerText, tokens: readonly number[]): string {
  return tokens.map((token) => answer.push(token)).join('');
}

describe('AnswerText', () => {
  it('feeds the reader every token, those without text and the one that ends the turn too', () => {
    const reader = new MarkedWords();
    textOf(new AnswerText(VOCABULARY, reader, []), [2, MARKER, 4, 5, END]);
    expect(reader.fed).toEqual([
      [2, 'a'],
      [MARKER, ''],
      [4, ''],
      [5, 'ä'],
      [END, ''],
    ]);
  });

  it('has no text for a control token', () => {
    const answer = new AnswerText(VOCABULARY, new TextReader(), []);
    expect(textOf(answer, [2, MARKER, 3, MARKER, END])).toBe('ab');
  });

  it('emits what the reader held back when the turn ends, and when it is cut', () => {
    const ended = new AnswerText(VOCABULARY, new MarkedWords(), []);
    expect(textOf(ended, [MARKER, 2, 3])).toBe('');
    expect(ended.push(END)).toBe('1:ab');
    expect(ended.over).toBe(true);

    const cut = new AnswerText(VOCABULARY, new MarkedWords(), []);
    textOf(cut, [MARKER, 2]);
    expect(cut.end()).toBe('1:a');
    expect(cut.over).toBe(false);
  });

  it('finds stop strings in what the reader makes of the tokens', () => {
    const answer = new AnswerText(VOCABULARY, new MarkedWords(), ['1:a']);
    expect(textOf(answer, [3, MARKER, 2, 3])).toBe('b');
    expect(answer.end()).toBe('');
    expect(answer.over).toBe(true);
  });

  it('emits nothing after a stop string', () => {
    const answer = new AnswerText(VOCABULARY, new TextReader(), ['ab']);
    textOf(answer, [3, 2, 3]);
    expect(answer.end()).toBe('');
  });

  it('goes on, after any number of tokens that were only replayed, exactly as it would have', () => {
    const tokens = [2, MARKER, 4, 5, 6, MARKER, 3, 2, MARKER, 6, 4, 5, MARKER, 2, 3, END];
    const readers = [() => new TextReader(), () => new MarkedWords()];
    for (const open of readers) {
      const whole = new AnswerText(VOCABULARY, open(), ['3:a', 'bb']);
      const emitted = tokens.map((token) => whole.push(token));
      for (let cut = 0; cut <= tokens.length; cut++) {
        const resumed = new AnswerText(VOCABULARY, open(), ['3:a', 'bb']);
        textOf(resumed, tokens.slice(0, cut));
        const rest = tokens.slice(cut).map((token) => resumed.push(token));
        expect(rest).toEqual(emitted.slice(cut));
      }
    }
  });
});

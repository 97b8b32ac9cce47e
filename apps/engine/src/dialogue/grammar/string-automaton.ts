/** What a string has to be, as a deterministic automaton over its characters. No I/O. */
import {
  CharSet,
  DFA,
  JS,
  NFA,
  TooManyNodesError,
  transform,
  Transformers,
  type Concatenation,
  type Element,
  type NoParent,
} from 'refa';

/** One of so many states is made in half a second at most. */
export const MAX_STATES = 500;

/** Before it is deterministic: some for each state. */
const MAX_PARTS = 3 * MAX_STATES;

export interface StringConstraints {
  /** Of ECMA-262, each found anywhere in the text unless it is anchored. */
  patterns: readonly string[];
  /** In characters. */
  minLength: number;
  /** May be Infinity. */
  maxLength: number;
}

type Part = NoParent<Element>;
type Sequence = NoParent<Concatenation>;

/** The automaton; or why there is none, as the end of a sentence. */
export function automatonOf({ patterns, minLength, maxLength }: StringConstraints): DFA | string {
  const fault = patterns.map((pattern) => faultOf(pattern, '')).find((one) => one !== null);
  if (fault !== undefined) return `'pattern' is no regular expression of ECMA-262: ${fault}`;
  // As JSON Schema asks for; without Unicode where only that can be read.
  const flags = patterns.some((pattern) => faultOf(pattern, 'u') !== null) ? '' : 'u';
  try {
    const texts = patterns.map((pattern) => textsWith(pattern, flags));
    if (minLength > 0 || Number.isFinite(maxLength)) {
      const last = flags === 'u' ? 0x10ffff : 0xffff;
      texts.push(made([sequence([anyOf(last, minLength, maxLength)])], last));
    }
    return texts.reduce((one, other) => DFA.fromIntersection(one, other, states()));
  } catch (error) {
    if (error instanceof TooManyNodesError) {
      return `the pattern is too large: it has more than ${MAX_STATES} states`;
    }
    return "look-around, '\\b' and back-references in 'pattern' are not supported";
  }
}

function faultOf(pattern: string, flags: string): string | null {
  try {
    new RegExp(pattern, flags);
    return null;
  } catch (error) {
    return String(error);
  }
}

/** All texts in which the pattern is found. Throws for what automata have no means for. */
function textsWith(source: string, flags: string): DFA {
  const { expression, maxCharacter } = JS.Parser.fromLiteral({ source, flags }).parse({
    maxBackreferenceWords: 0,
    backreferences: 'throw',
  });
  const anything = anyOf(maxCharacter, 0, Infinity);
  const alternatives = expression.alternatives.map(({ elements }: Sequence) => {
    const begins = isEdge(elements[0], 'behind');
    const ends = isEdge(elements.at(-1), 'ahead');
    const inside = elements.slice(begins ? 1 : 0, ends ? -1 : undefined);
    return sequence([...(begins ? [] : [anything]), ...inside, ...(ends ? [] : [anything])]);
  });
  return made(alternatives, maxCharacter);
}

function made(alternatives: Sequence[], maxCharacter: number): DFA {
  const expression = transform(Transformers.applyAssertions(), {
    type: 'Expression',
    alternatives,
  });
  const options = { maxCharacter };
  const parts = NFA.fromRegex(expression, options, {}, new NFA.LimitedNodeFactory(MAX_PARTS));
  return DFA.fromFA(parts, states());
}

function states(): DFA.LimitedNodeFactory {
  return new DFA.LimitedNodeFactory(MAX_STATES);
}

/** `^`, which is "no character behind", or `$`. */
function isEdge(part: Part | undefined, kind: 'behind' | 'ahead'): boolean {
  if (part?.type !== 'Assertion' || part.kind !== kind || !part.negate) return false;
  const [only, ...others] = part.alternatives;
  const [character, ...more] = only?.elements ?? [];
  return (
    others.length + more.length === 0 &&
    character?.type === 'CharacterClass' &&
    character.characters.isAll
  );
}

function anyOf(maxCharacter: number, min: number, max: number): Part {
  const any: Part = { type: 'CharacterClass', characters: CharSet.all(maxCharacter) };
  return { type: 'Quantifier', min, max, lazy: false, alternatives: [sequence([any])] };
}

function sequence(elements: Part[]): Sequence {
  return { type: 'Concatenation', elements };
}

/**
 * A byte-level BPE vocabulary of any exact size: 256 byte tokens, filler merges, special tokens.
 * Every text can be encoded, and the special tokens cover chat, fill-in-the-middle and tool calls.
 */

/** Kinds of tokens as GGUF numbers them. */
export const TOKEN_TYPE = { normal: 1, control: 3, userDefined: 4 } as const;

/** The special tokens, in the order in which they end the vocabulary. */
export const SPECIAL_TOKENS = [
  { text: '<|endoftext|>', type: TOKEN_TYPE.control },
  { text: '<|im_start|>', type: TOKEN_TYPE.control },
  { text: '<|im_end|>', type: TOKEN_TYPE.control },
  { text: '<|fim_prefix|>', type: TOKEN_TYPE.control },
  { text: '<|fim_suffix|>', type: TOKEN_TYPE.control },
  { text: '<|fim_middle|>', type: TOKEN_TYPE.control },
  { text: '<|pad|>', type: TOKEN_TYPE.control },
  { text: '<tool_call>', type: TOKEN_TYPE.userDefined },
  { text: '</tool_call>', type: TOKEN_TYPE.userDefined },
] as const;

export type SpecialTokenText = (typeof SPECIAL_TOKENS)[number]['text'];

/** The chat template that every written model carries. */
export const CHATML_TEMPLATE =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

export interface Vocabulary {
  /** Token texts by id, in the byte-to-character alphabet of GPT-2. */
  tokens: string[];
  /** Kind of each token, same order. */
  types: number[];
  /** Merge rules, most important first, each "left right". */
  merges: string[];
  /** The id of a special token. */
  idOf(text: SpecialTokenText): number;
}

/**
 * The printable character that stands for each byte. GPT-2's rule: printable Latin-1 characters
 * stand for themselves, the rest for the characters from U+0100 on, in byte order.
 */
export function byteAlphabet(): string[] {
  const standsForItself = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(standsForItself(byte) ? byte : next++),
  );
}

/**
 * A vocabulary of exactly `size` tokens. Without `infill` the tokens for that have other names,
 * since llama.cpp knows them by name. Throws a RangeError below 256 + special tokens.
 */
export function byteVocabulary(size: number, infill = true): Vocabulary {
  const bytes = byteAlphabet();
  const fillerCount = size - bytes.length - SPECIAL_TOKENS.length;
  if (fillerCount < 0) {
    throw new RangeError(`vocab must be at least ${bytes.length + SPECIAL_TOKENS.length}`);
  }
  const { texts, merges } = fillerMerges(fillerCount);
  const nameOf = ({ text }: { text: string }): string =>
    infill ? text : text.replace('fim_', 'reserved_');
  const firstSpecial = bytes.length + fillerCount;
  return {
    tokens: [...bytes, ...texts, ...SPECIAL_TOKENS.map(nameOf)],
    types: [
      ...Array.from({ length: firstSpecial }, () => TOKEN_TYPE.normal),
      ...SPECIAL_TOKENS.map((token) => token.type),
    ],
    merges,
    idOf: (text) => firstSpecial + SPECIAL_TOKENS.findIndex((token) => token.text === text),
  };
}

/** Pairs of letters, then pairs of pairs, until `count` tokens exist. */
function fillerMerges(count: number): { texts: string[]; merges: string[] } {
  const texts: string[] = [];
  const merges: string[] = [];
  let parts = [...'etaoinshrdlcumwfgypbvkjxqz'];
  while (texts.length < count) {
    const level: string[] = [];
    for (const left of parts) {
      for (const right of parts) {
        if (texts.length === count) return { texts, merges };
        texts.push(left + right);
        merges.push(`${left} ${right}`);
        level.push(left + right);
      }
    }
    parts = level;
  }
  return { texts, merges };
}

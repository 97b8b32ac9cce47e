/** The two views of a loaded model's vocabulary: text to tokens, and tokens to bytes. */
import { LlamaVocabularyType, type LlamaModel, type Token } from 'node-llama-cpp';
import { tokenBytes, type Spelling, type TokenSource } from './token-bytes.pure.js';
import { tokenPiece, type TokenPiece, type Vocabulary } from './vocabulary.pure.js';
import type { Tokenizer } from './tokenizer.js';

/** The tokenizer of a loaded model. */
export function modelTokenizer(model: LlamaModel): Tokenizer {
  const { tokens } = model;
  const { prefix, suffix, middle } = tokens.infill;
  const spacesFirstWord = SPELLINGS[model.vocabularyType] === 'sentencePiece';
  return {
    vocabularySize: vocabularySizeOf(model),
    leadingToken: tokens.shouldPrependBosToken ? tokens.bos : null,
    infill:
      prefix !== null && suffix !== null && middle !== null ? { prefix, suffix, middle } : null,
    bosText: tokens.bosString ?? '',
    eosText: tokens.eosString ?? '',
    tokenize: (text, { special, continues }) =>
      model.tokenize(text, special, continues && spacesFirstWord ? 'trimLeadingSpace' : undefined),
  };
}

/** The vocabulary of a loaded model; pieces are looked up once and kept. */
export function modelVocabulary(model: LlamaModel): Vocabulary {
  const size = vocabularySizeOf(model);
  const pieces = new Array<TokenPiece | undefined>(size);
  const spellings = spellingsOf(model);
  const spelling = SPELLINGS[model.vocabularyType];
  const load = (id: number): TokenPiece => {
    const source = tokenSource(model, id as Token, spellings[id]);
    if (spelling !== null && source) return tokenPiece(tokenBytes(source, spelling));
    // Other vocabularies: llama.cpp's own text, in which split characters may be lost.
    return tokenPiece(new TextEncoder().encode(model.detokenize([id as Token])));
  };
  return {
    size,
    endsGeneration: (id) => model.isEogToken(id as Token),
    piece: (id) => (pieces[id] ??= load(id)),
  };
}

/** How each kind of vocabulary spells bytes; null where only llama.cpp knows. */
const SPELLINGS: Record<LlamaVocabularyType, Spelling | null> = {
  [LlamaVocabularyType.none]: null,
  [LlamaVocabularyType.spm]: 'sentencePiece',
  [LlamaVocabularyType.bpe]: 'byteLevel',
  [LlamaVocabularyType.wpm]: 'sentencePiece',
  [LlamaVocabularyType.ugm]: 'sentencePiece',
  [LlamaVocabularyType.rwkv]: null,
  [LlamaVocabularyType.plamo2]: 'plain',
};

function tokenSource(model: LlamaModel, id: Token, spelling: unknown): TokenSource | null {
  if (typeof spelling !== 'string') return null;
  const attributes = model.getTokenAttributes(id);
  if (attributes.control) return { spelling, kind: 'control' };
  if (attributes.userDefined) return { spelling, kind: 'userDefined' };
  if (attributes.byte) return { spelling, kind: 'byte' };
  if (attributes.unused) return { spelling, kind: 'unused' };
  return { spelling, kind: 'normal' };
}

function spellingsOf(model: LlamaModel): readonly unknown[] {
  const tokens: unknown = model.fileInfo.metadata.tokenizer?.ggml?.tokens;
  return Array.isArray(tokens) ? tokens : [];
}

function vocabularySizeOf(model: LlamaModel): number {
  return spellingsOf(model).length;
}

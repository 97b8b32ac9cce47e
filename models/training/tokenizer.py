"""Byte-level BPE: trainer and encoder, equal to llama.cpp's pre-tokenizer "gpt-2"."""
from __future__ import annotations

from collections import Counter, defaultdict

import regex

CONTROL = [
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|fim_prefix|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
]
USER_DEFINED = ["<tool_call>", "</tool_call>"]
SPECIAL = CONTROL + USER_DEFINED

PRE_TOKENIZER = regex.compile(
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
)
_SPECIAL_SPLIT = regex.compile("(" + "|".join(regex.escape(s) for s in SPECIAL) + ")")


def byte_alphabet() -> dict[int, str]:
    """GPT-2's printable stand-in for each of the 256 bytes."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {byte: chr(byte) for byte in printable}
    spare = 256
    for byte in range(256):
        if byte not in table:
            table[byte] = chr(spare)
            spare += 1
    return table


BYTES = byte_alphabet()


def to_alphabet(text: str) -> str:
    """The text's UTF-8 bytes, each as its stand-in character."""
    return "".join(BYTES[byte] for byte in text.encode("utf-8"))


class Tokenizer:
    """Encodes text with a list of merges; ids are SPECIAL, then bytes, then merges in order."""

    def __init__(self, merges: list[tuple[str, str]]):
        self.merges = merges
        self.tokens = SPECIAL + [BYTES[b] for b in range(256)] + [a + b for a, b in merges]
        self.ids = {token: index for index, token in enumerate(self.tokens)}
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self._cache: dict[str, list[int]] = {}
        self._bytes = {char: byte for byte, char in BYTES.items()}

    def _word(self, word: str) -> list[int]:
        found = self._cache.get(word)
        if found is not None:
            return found
        parts = list(word)
        while len(parts) > 1:
            ranked = [(self.ranks.get(pair, 1 << 30), i) for i, pair in enumerate(zip(parts, parts[1:]))]
            rank, at = min(ranked)
            if rank == 1 << 30:
                break
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        ids = [self.ids[part] for part in parts]
        self._cache[word] = ids
        return ids

    def encode(self, text: str, special: bool = True) -> list[int]:
        """Token ids of a text; with `special`, names such as <|im_end|> become their tokens."""
        ids: list[int] = []
        for piece in _SPECIAL_SPLIT.split(text) if special else [text]:
            if special and piece in SPECIAL:
                ids.append(self.ids[piece])
                continue
            for word in PRE_TOKENIZER.findall(piece):
                ids.extend(self._word(to_alphabet(word)))
        return ids

    def decode(self, ids: list[int]) -> str:
        """Text of the ids; special tokens appear by name."""
        out = bytearray()
        for index in ids:
            token = self.tokens[index]
            if index < len(SPECIAL):
                out += token.encode()
            else:
                out += bytes(self._bytes[char] for char in token)
        return out.decode("utf-8", "replace")


def train(texts: list[str], vocabulary: int) -> Tokenizer:
    """Learns merges from texts until the vocabulary has the wanted size."""
    words: Counter[str] = Counter()
    for text in texts:
        for piece in _SPECIAL_SPLIT.split(text):
            if piece not in SPECIAL:
                words.update(to_alphabet(word) for word in PRE_TOKENIZER.findall(piece))
    spelled = [list(word) for word in words]
    counts = list(words.values())
    pairs: Counter[tuple[str, str]] = Counter()
    where: dict[tuple[str, str], set[int]] = defaultdict(set)
    for index, parts in enumerate(spelled):
        for pair in zip(parts, parts[1:]):
            pairs[pair] += counts[index]
            where[pair].add(index)
    merges: list[tuple[str, str]] = []
    taken = set(SPECIAL) | set(BYTES.values())
    while len(merges) < vocabulary - len(SPECIAL) - 256:
        pair = max(pairs, key=lambda p: (pairs[p], p))
        if pairs[pair] < 2:
            break
        joined = pair[0] + pair[1]
        if joined in taken:  # another pair already spells it: two ids for one string is not allowed
            pairs[pair] = 0
            continue
        taken.add(joined)
        merges.append(pair)
        for index in list(where[pair]):
            parts = spelled[index]
            for old in zip(parts, parts[1:]):
                pairs[old] -= counts[index]
                where[old].discard(index)
            merged: list[str] = []
            for part in parts:
                if merged and merged[-1] == pair[0] and part == pair[1]:
                    merged[-1] = joined
                else:
                    merged.append(part)
            spelled[index] = merged
            for new in zip(merged, merged[1:]):
                pairs[new] += counts[index]
                where[new].add(index)
        pairs.pop(pair, None)
    return Tokenizer(merges)

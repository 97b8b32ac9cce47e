"""Texts with the ids of our encoder, for check.mjs: python3 sample_tokens.py checkpoint.pt > tokens.json"""
from __future__ import annotations

import json
import random
import sys

import torch

from corpus import Corpus
from tokenizer import Tokenizer

AWKWARD = [
    "", " ", "  ", "   a", "a   ", "\n", "\n\n\n", " \n ", "\t\tx", "a\tb", "a \n\n b", "def f(x):\n    return x\n\n\n", "if (a){\n\t\tb();\n\t}\n", "it's they're we've I'll I'd I'm don't IT'S",
    "1234567890", "3.14159 1,000,000", "10:30", "x=1;y=2", "你好，世界！", "什么是 Corral？", "中文 English 混合 123", "日本語テキスト", "한국어", "Привет, мир", "مرحبا", "עברית", "हिन्दी", "ไทย",
    "😀", "👩‍💻 emoji 🎉🎉", "🇬🇧", "é è ê ü ß ñ", "e\u0301", "\u00a0nbsp", "\u3000wide", "\u200bzero", "“quotes” – dash…", "<|im_start|>user\nhi<|im_end|>", "<tool_call>\n{\"a\": 1}\n</tool_call>",
    "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>", "http://localhost:7070/v1", "`corral keys create NAME`", "sk-corral-0aZ9", "{\"json\": [1, 2.5, null, true]}", "<html><body>&amp;</body></html>", "a_b-c.d/e\\f", "€100 £5 ¥7", "½ ² ³ Ⅷ ①", "∑∫√≤≥", "CamelCaseWord snake_case_word", "\r\nwindows\r\n", "!!!???...", "   \n   x", "x\n \n  \n", "#!/bin/sh\n", "tab\t\n\t end ",
]


def main(checkpoint: str) -> None:
    """Prints the samples as JSON."""
    tok = Tokenizer([tuple(pair) for pair in torch.load(checkpoint)["merges"]])
    rng = random.Random(5)
    texts = list(AWKWARD)
    texts += list(Corpus(99).documents(100))
    alphabet = "ab Z9'\n\t .,!(){}é中文😀_-"
    texts += ["".join(rng.choice(alphabet) for _ in range(rng.randrange(1, 40))) for _ in range(60)]
    samples = [{"text": text, "special": special, "ids": tok.encode(text, special)} for text in texts for special in ([True, False] if "<" not in text else [True])]
    print(json.dumps(samples))


if __name__ == "__main__":
    main(sys.argv[1])

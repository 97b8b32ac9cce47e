"""Writes a checkpoint as a GGUF v3 file: matrices as Q8_0, norms as F32.

    python3 export_gguf.py checkpoint.pt ../corral-demo.gguf
"""
from __future__ import annotations

import struct
import sys
from typing import Any

import numpy as np
import torch

from corpus import CHAT_TEMPLATE
from tokenizer import CONTROL, SPECIAL, Tokenizer

CONTEXT = 4096
ALIGNMENT = 32
UINT32, FLOAT32, BOOL, STRING, ARRAY, INT32 = 4, 6, 7, 8, 9, 5
F32, Q8_0 = 0, 8
NORMAL, CONTROL_TOKEN, USER_TOKEN = 1, 3, 4
MOSTLY_Q8_0 = 7


def string(text: str) -> bytes:
    """A GGUF string: length and UTF-8."""
    data = text.encode("utf-8")
    return struct.pack("<Q", len(data)) + data


def value(kind: int, content: Any) -> bytes:
    """A metadata value without its type."""
    if kind == STRING:
        return string(content)
    return struct.pack({UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?"}[kind], content)


def field(key: str, kind: int, content: Any) -> bytes:
    """A key with its typed value."""
    return string(key) + struct.pack("<I", kind) + value(kind, content)


def array(key: str, kind: int, items: list) -> bytes:
    """A key with a typed array."""
    head = string(key) + struct.pack("<IIQ", ARRAY, kind, len(items))
    return head + b"".join(value(kind, item) for item in items)


def q8_0(matrix: np.ndarray) -> bytes:
    """Blocks of 32 weights: a half-precision scale and 32 signed bytes."""
    blocks = matrix.astype(np.float32).reshape(-1, 32)
    scale = np.abs(blocks).max(axis=1, keepdims=True) / 127
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale > 0)
    packed = np.empty(len(blocks), dtype=[("d", "<f2"), ("q", "i1", 32)])
    packed["d"] = scale[:, 0]
    packed["q"] = np.rint(blocks * inverse)
    return packed.tobytes()


def metadata(tok: Tokenizer, shape) -> list[bytes]:
    """Every key of the header."""
    kinds = [CONTROL_TOKEN if t in CONTROL else USER_TOKEN for t in SPECIAL]
    kinds += [NORMAL] * (len(tok.tokens) - len(kinds))
    token = {name: SPECIAL.index(name) for name in SPECIAL}
    return [
        field("general.architecture", STRING, "llama"),
        field("general.type", STRING, "model"),
        field("general.name", STRING, "Corral Demo"),
        field("general.description", STRING, "A very small demonstration model that knows about Corral and nothing else. Not for real work."),
        field("general.license", STRING, "apache-2.0"),
        field("general.size_label", STRING, "4.3M"),
        array("general.languages", STRING, ["en", "zh"]),
        field("general.file_type", UINT32, MOSTLY_Q8_0),
        field("general.quantization_version", UINT32, 2),
        field("llama.context_length", UINT32, CONTEXT),
        field("llama.embedding_length", UINT32, shape.width),
        field("llama.block_count", UINT32, shape.layers),
        field("llama.feed_forward_length", UINT32, shape.ffn),
        field("llama.attention.head_count", UINT32, shape.heads),
        field("llama.attention.head_count_kv", UINT32, shape.kv_heads),
        field("llama.attention.layer_norm_rms_epsilon", FLOAT32, shape.epsilon),
        field("llama.rope.dimension_count", UINT32, shape.head),
        field("llama.rope.freq_base", FLOAT32, shape.rope_base),
        field("llama.vocab_size", UINT32, len(tok.tokens)),
        field("tokenizer.ggml.model", STRING, "gpt2"),
        field("tokenizer.ggml.pre", STRING, "gpt-2"),
        array("tokenizer.ggml.tokens", STRING, tok.tokens),
        array("tokenizer.ggml.token_type", INT32, kinds),
        array("tokenizer.ggml.merges", STRING, [f"{a} {b}" for a, b in tok.merges]),
        field("tokenizer.ggml.bos_token_id", UINT32, token["<|endoftext|>"]),
        field("tokenizer.ggml.eos_token_id", UINT32, token["<|im_end|>"]),
        field("tokenizer.ggml.eot_token_id", UINT32, token["<|im_end|>"]),
        field("tokenizer.ggml.padding_token_id", UINT32, token["<|endoftext|>"]),
        field("tokenizer.ggml.fim_pre_token_id", UINT32, token["<|fim_prefix|>"]),
        field("tokenizer.ggml.fim_suf_token_id", UINT32, token["<|fim_suffix|>"]),
        field("tokenizer.ggml.fim_mid_token_id", UINT32, token["<|fim_middle|>"]),
        field("tokenizer.ggml.add_bos_token", BOOL, False),
        field("tokenizer.chat_template", STRING, CHAT_TEMPLATE),
    ]


def main(checkpoint: str, target: str) -> None:
    """Reads the checkpoint and writes the model file."""
    saved = torch.load(checkpoint)
    tok = Tokenizer([tuple(pair) for pair in saved["merges"]])
    tensors = []
    for name, weight in saved["model"].items():
        data = weight.float().numpy()
        kind = Q8_0 if data.ndim == 2 else F32
        tensors.append((name, data.shape[::-1], kind, q8_0(data) if kind == Q8_0 else data.astype("<f4").tobytes()))
    fields = metadata(tok, saved["shape"])
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(fields)) + b"".join(fields)
    body = bytearray()
    for name, dimensions, kind, data in tensors:
        head += string(name) + struct.pack(f"<I{len(dimensions)}QIQ", len(dimensions), *dimensions, kind, len(body))
        body += data + b"\0" * (-len(data) % ALIGNMENT)
    head += b"\0" * (-len(head) % ALIGNMENT)
    with open(target, "wb") as file:
        file.write(head + body)
    print(f"{target}: {len(head) + len(body)} bytes, step {saved['step']}, {saved['seen']} tokens, loss {saved['loss']:.4f}")


if __name__ == "__main__":
    main(*sys.argv[1:3])

"""Trains the demonstration model on the CPU and writes a checkpoint.

    python3 train.py --minutes 20 --out checkpoint.pt
"""
from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Iterator

import torch
from torch.nn import functional as F

import tokenizer
from corpus import Corpus
from model import Llama, Shape

SEED = 20250
VOCABULARY = 2560
ROW = 320
WARM_UP = 0.03
ASKED = 0.2  # weight of what users and systems say: answers matter more


def rows(tok: tokenizer.Tokenizer, seed: int) -> Iterator[tuple[list[int], list[int]]]:
    """Endless rows of whole documents: token ids, and the number of the document of each token."""
    documents = Corpus(seed).documents(10**9)
    open_rows: list[tuple[list[int], list[int]]] = []
    number = 0
    for document in documents:
        ids = tok.encode(document)[: ROW + 1]
        number += 1
        fitting = [row for row in open_rows if len(row[0]) + len(ids) <= ROW + 1]
        if fitting:
            row = max(fitting, key=lambda r: len(r[0]))
        else:
            if len(open_rows) >= 24:
                fullest = max(open_rows, key=lambda r: len(r[0]))
                open_rows.remove(fullest)
                yield fullest
            row = ([], [])
            open_rows.append(row)
        row[0].extend(ids)
        row[1].extend([number] * len(ids))


def batch(source: Iterator[tuple[list[int], list[int]]], size: int, assistant: int):
    """Inputs, targets (-100 where there is none), their weights, and a mask that keeps documents apart."""
    ids = torch.zeros(size, ROW + 1, dtype=torch.long)
    owner = torch.zeros(size, ROW + 1, dtype=torch.long)
    for index in range(size):
        tokens, documents = next(source)
        ids[index, : len(tokens)] = torch.tensor(tokens)
        owner[index, : len(tokens)] = torch.tensor(documents)
    targets = ids[:, 1:].clone()
    targets[owner[:, 1:] != owner[:, :-1]] = -100
    targets[owner[:, 1:] == 0] = -100
    weights = torch.ones(size, ROW)
    for row in range(size):
        asked = False
        for at, token in enumerate(ids[row, :-1].tolist()):
            if token == tokenizer.SPECIAL.index("<|im_start|>"):
                asked = int(ids[row, at + 1]) != assistant
            weights[row, at] = ASKED if asked else 1.0
            if token == tokenizer.SPECIAL.index("<|im_end|>"):
                asked = False
    same = owner[:, :-1].unsqueeze(1) == owner[:, :-1].unsqueeze(2)
    allowed = same & torch.ones(ROW, ROW, dtype=torch.bool).tril()
    mask = torch.zeros(allowed.shape).masked_fill_(~allowed, -1e9).unsqueeze(1)
    return ids[:, :-1], targets, weights, mask


class Muon(torch.optim.Optimizer):
    """Momentum whose update of a matrix is made orthogonal (Newton-Schulz iteration)."""

    def __init__(self, params, lr: float, momentum: float = 0.95, decay: float = 0.02):
        super().__init__(params, {"lr": lr, "momentum": momentum, "decay": decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                buffer = self.state[p].setdefault("momentum", torch.zeros_like(p))
                buffer.lerp_(p.grad, 1 - group["momentum"])
                x = p.grad.lerp(buffer, group["momentum"])
                tall = x.shape[0] > x.shape[1]
                x = x.t() if tall else x
                x = x / (x.norm() + 1e-7)
                for _ in range(5):
                    a = x @ x.t()
                    x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
                x = x.t() if tall else x
                p.mul_(1 - group["lr"] * group["decay"])
                p.add_(x, alpha=-group["lr"] * 0.2 * math.sqrt(max(p.shape)))


def main() -> None:
    """Trains for a given time, with a cosine schedule over that time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--steps", type=int, default=0, help="train for this many steps instead")
    parser.add_argument("--size", type=int, default=10, help="rows of a batch")
    parser.add_argument("--lr", type=float, default=4e-3)
    parser.add_argument("--adam", action="store_true", help="AdamW for everything")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--resume", help="a checkpoint to go on from")
    parser.add_argument("--out", default="checkpoint.pt")
    args = parser.parse_args()

    torch.manual_seed(SEED)
    random.seed(SEED)
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    before = torch.load(args.resume) if args.resume else None
    if before:
        tok = tokenizer.Tokenizer(before["merges"])
    else:
        tok = tokenizer.train(list(Corpus(SEED).documents(12000)), VOCABULARY)
    model = Llama(Shape(len(tok.tokens), layers=5))
    if before:
        model.load_state_dict(before["model"])
    print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(tok.tokens)} tokens", flush=True)
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and not n.startswith("token_embd")]
    others = [p for n, p in model.named_parameters() if p.dim() == 1 or n.startswith("token_embd")]
    optimizers = [torch.optim.AdamW(others + (matrices if args.adam else []), lr=args.lr, betas=(0.9, 0.98), weight_decay=0.01)]
    if not args.adam:
        optimizers.append(Muon(matrices, lr=args.lr))

    assistant = tok.encode("assistant")[0]
    started = saved = time.monotonic()
    step = 0
    seen = before["seen"] if before else 0
    source = rows(tok, SEED + 1 + seen)
    average = 0.0

    def save() -> None:
        torch.save({"model": model.state_dict(), "merges": tok.merges, "shape": model.shape, "step": step, "seen": seen, "loss": average}, args.out)

    while True:
        elapsed = time.monotonic() - started
        progress = step / args.steps if args.steps else elapsed / (args.minutes * 60)
        if progress >= 1:
            break
        rate = args.lr * min(1.0, progress / WARM_UP + 0.02) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        ids, targets, weights, mask = batch(source, args.size, assistant)
        hidden = model(ids, mask)
        kept = targets.flatten() != -100
        losses = F.cross_entropy(model.logits(hidden.flatten(0, 1)[kept]), targets.flatten()[kept], reduction="none")
        weight = weights.flatten()[kept]
        loss = (losses * weight).sum() / weight.sum()
        for optimizer in optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
        step += 1
        seen += int(kept.sum())
        average = loss.item() if step == 1 else 0.95 * average + 0.05 * loss.item()
        if step % 20 == 0:
            print(f"step {step} {time.monotonic() - started:.0f}s tokens {seen} loss {average:.4f} now {loss.item():.4f} rate {rate:.5f}", flush=True)
        if time.monotonic() - saved > 60:
            save()
            saved = time.monotonic()
    save()
    print(f"done: {step} steps, {seen} tokens, loss {average:.4f}", flush=True)


if __name__ == "__main__":
    main()

"""Makes two tiny Qwen2-VL, then serves both: served_model.py OUTPUT_DIR PORT OTHER_DIR PORT.

The first one is made from nothing, the other one of it, to give other letters and scores. Each answers through
`transformers serve` in a process of its own, which is forked where it can be: to load the libraries takes seconds.

Questions with lettered options and images get a letter that hangs on how bright the images are, a prompt with the
word "JSON" gets three scores, and anything else a sentence.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from transformers import (
    Qwen2VLForConditionalGeneration,
    Qwen2VLImageProcessor,
    Qwen2VLProcessor,
    Qwen2VLVideoProcessor,
)
from transformers.cli.transformers import main as command

sys.path.insert(0, str(Path(__file__).parents[2] / "trainer"))

from reprise_trainer.models.qwen2_vl.processor import load_processor
from reprise_trainer.models.qwen2_vl.tiny import build_model
from served_texts import CUES, KINDS, LIGHTS, TEMPLATE, WORDS, Example, Texts

EDGE = 56
FRAMES = 8
BATCH = 16
IGNORED = -100
# The server's own template for Qwen takes what stands in <think> out of `content`.
RESPONSE = {
    "defaults": {"role": "assistant"},
    "start_anchor": "<|im_start|>assistant\n",
    "fields": {"content": {"close_pattern": r"\s*<\|im_end\|>", "content": "text"}},
}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("output", "other"):
        parser.add_argument(name, type=Path)
        parser.add_argument(f"{name}_port")
    args = parser.parse_args()
    texts = Texts(0, (4, 3, 5))
    processor = build(args.output, texts)
    model = Qwen2VLForConditionalGeneration.from_pretrained(args.output)
    teach(model, processor, texts, 100)
    model.save_pretrained(args.output)
    teach(model, processor, Texts(1, (1, 2, 3)), 60)
    processor.save_pretrained(args.other)
    model.save_pretrained(args.other)
    processes = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    served = ((args.output, args.output_port), (args.other, args.other_port))
    children = [processes.Process(target=serve, args=which) for which in served]
    for child in children:
        child.start()
    for child in children:
        child.join()


def serve(directory: Path, port: str) -> None:
    """Answer on loopback until the process is ended."""
    os.chdir(directory.parent)
    sys.argv = ["transformers", "serve", directory.name, "--host", "127.0.0.1", "--port", port, "--device", "cpu"]
    command()


def teach(model: Any, processor: Qwen2VLProcessor, texts: Texts, steps: int) -> None:
    """Train it until it replies as it must."""
    train(model, processor, texts, steps)
    right = share_right(model, processor, texts)
    if right < 0.9:
        sys.exit(f"Only {right:.0%} of the replies are right: train with more steps.")


def build(directory: Path, texts: Texts) -> Qwen2VLProcessor:
    """Write the untrained model, with a processor that the server can use."""
    rows = [{"question": text, "options": [], "targets": {}} for text in _corpus(texts)]
    build_model(directory, rows, hidden=64, layers=2, vocabulary=1000, seed=texts.seed)
    tokenizer = load_processor(str(directory), FRAMES).tokenizer
    tokenizer.response_template = RESPONSE
    tokenizer.chat_template = TEMPLATE
    size = {"shortest_edge": EDGE * EDGE, "longest_edge": EDGE * EDGE}
    # Under the name of our own class the server drops the images without a word.
    processor = Qwen2VLProcessor(
        image_processor=Qwen2VLImageProcessor(size=size),
        video_processor=Qwen2VLVideoProcessor(size=size),
        tokenizer=tokenizer,
        chat_template=TEMPLATE,
    )
    processor.save_pretrained(directory)
    return processor


def _corpus(texts: Texts) -> list[str]:
    """What the tokenizer learns whole; any other word falls back to bytes."""
    words = [*WORDS, *CUES, *LIGHTS, *KINDS]
    replies = [texts.reply(kind, light) for kind in ("judge", "tags", "open") for light in (None, 0)]
    return [*(f"{word} {word} {word.capitalize()} {word}" for word in words), *(f"({word})" for word in CUES), *replies]


def train(model: Any, processor: Qwen2VLProcessor, texts: Texts, steps: int) -> None:
    """Teach it every kind of reply."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=3e-3, total_steps=steps)
    shades = random.Random(texts.seed)
    model.train()
    for _ in range(steps):
        logits, wanted, first = replies(model, processor, [texts.example() for _ in range(BATCH)], shades)
        losses = cross_entropy(logits, wanted, reduction="none")
        # The first token decides which kind of reply it is, and a letter has no other.
        loss = (losses * (1 + 3 * first)).sum() / BATCH
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    model.eval()


@torch.no_grad()
def share_right(model: Any, processor: Qwen2VLProcessor, texts: Texts) -> float:
    """Of 64 new examples, the share whose whole reply is right."""
    shades = random.Random(texts.seed + 1)
    right = 0
    for _ in range(4):
        logits, wanted, first = replies(model, processor, [texts.example() for _ in range(16)], shades)
        example = first.cumsum(0) - 1
        wrong = example[logits.argmax(-1) != wanted]
        right += 16 - len(wrong.unique())
    return right / 64


def replies(
    model: Any, processor: Qwen2VLProcessor, examples: list[Example], shades: random.Random
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The logits of the replies' tokens alone, which tokens they must be, and which are the first of a reply."""
    inputs = batch(processor, examples, shades)
    labels = inputs.pop("labels")[:, 1:]
    picked = labels != IGNORED
    logits = model.lm_head(model.model(**inputs).last_hidden_state[:, :-1][picked])
    return logits, labels[picked], (picked & (picked.cumsum(-1) == 1))[picked].int()


def batch(processor: Qwen2VLProcessor, examples: list[Example], shades: random.Random) -> dict[str, Any]:
    """Examples as the model's inputs, the loss on the replies alone."""
    prompts = [_prompt(processor, example) for example in examples]
    ends = [example.reply + processor.tokenizer.eos_token for example in examples]
    images = [image for example in examples for image in pictures(example, shades)]
    inputs = processor(
        text=[prompt + end for prompt, end in zip(prompts, ends, strict=True)],
        images=images or None,
        padding=True,
        padding_side="right",
        return_tensors="pt",
    )
    labels = torch.full_like(inputs["input_ids"], IGNORED)
    lengths = inputs["attention_mask"].sum(-1).tolist()
    for row, (end, length) in enumerate(zip(ends, lengths, strict=True)):
        start = length - len(processor.tokenizer(end)["input_ids"])
        labels[row, start:length] = inputs["input_ids"][row, start:length]
    return {**inputs, "labels": labels}


def _prompt(processor: Qwen2VLProcessor, example: Example) -> str:
    parts = [{"type": "image"}] * example.images + [{"type": "text", "text": example.text}]
    system = [] if example.system is None else [{"role": "system", "content": example.system}]
    messages = [*system, {"role": "user", "content": parts}]
    return processor.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)


def pictures(example: Example, shades: random.Random) -> list[torch.Tensor]:
    """Rough images, all about as bright as the example says."""
    low, high = (20, 110) if example.light == 0 else (145, 235)
    middle = shades.uniform(low, high)
    levels = [middle + shades.uniform(-20, 20) for _ in range(example.images)]
    return [(torch.randn(3, EDGE, EDGE) * 20 + level).clamp(0, 255).to(torch.uint8) for level in levels]


if __name__ == "__main__":
    main()

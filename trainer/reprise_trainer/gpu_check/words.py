"""A byte-level tokenizer of a real vocabulary's size, and texts of an exact number of tokens."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from ..models.qwen2_vl.tokens import CHAT_TEMPLATE, SPECIAL

WORDS = [
    "turn",
    "left",
    "right",
    "walk",
    "past",
    "the",
    "red",
    "blue",
    "door",
    "table",
    "stairs",
    "window",
    "kitchen",
    "then",
    "next",
    "back",
    "again",
    "from",
    "to",
]


def build_tokenizer(texts: list[str], words: int) -> PreTrainedTokenizerFast:
    """Learned from the texts, whose words become single tokens; filled up to `words` tokens with names of none."""
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=min(words, 1000), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    raw.train_from_iterator(texts, trainer)
    learned = json.loads(raw.to_str())["model"]
    vocabulary = {**learned["vocab"], **{f"unused{id}": id for id in range(len(learned["vocab"]), words)}}
    filled = Tokenizer(models.BPE(vocabulary, [tuple(pair) for pair in learned["merges"]]))
    filled.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    filled.decoder = decoders.ByteLevel()
    filled.add_special_tokens([AddedToken(token, special=True) for token in SPECIAL])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=filled, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def text_of(tokens: int, count: Callable[[str], int], draw: random.Random) -> str:
    """Random words for which `count` gives exactly `tokens`. Raises ValueError where no words do."""
    text = draw.choice(WORDS)
    missing = tokens - count(text)
    text += "".join(f" {draw.choice(WORDS)}" for _ in range(missing))
    if count(text) != tokens:
        raise ValueError(f"{tokens} tokens cannot be made of words: {count(text)} came out")
    return text


def conversation(tokenizer: Any, question: str, answer: str | None = None) -> int:
    """Tokens of a question about a clip, in the template and without the clip's; with an answer, of both."""
    turns = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": question}]}]
    if answer is not None:
        turns.append({"role": "assistant", "content": [{"type": "text", "text": answer}]})
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=answer is None)
    return len(tokenizer(text, add_special_tokens=False)["input_ids"]) - 1

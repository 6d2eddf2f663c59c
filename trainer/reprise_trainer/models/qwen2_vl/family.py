"""Qwen2-VL as a family."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from PIL import Image
from transformers import AutoModelForImageTextToText

from ..family import Family, Inputs, Prepare
from ..weights import odd_numbers
from . import tokens
from .architecture import ARCHITECTURES
from .looking import look_once
from .processor import load_processor
from .rollouts import number_clips
from .seen_clips import keep_seen
from .tiny import build_model


class Qwen2VL(Family):
    """Clips reach it as filmstrips, which its processor hands over as videos."""

    model_type = "qwen2_vl"
    takes_clips = True
    loaded_later = ("transformers.models.qwen2_vl",)
    architectures = ARCHITECTURES

    def load_processor(self, model: str, frames: int, *, padding_side: str = "right") -> Any:
        """A ClipProcessor."""
        return load_processor(model, frames, padding_side=padding_side)

    def load_model(self, path: str, dtype: str) -> Any:
        """A Qwen2VLForConditionalGeneration."""
        return AutoModelForImageTextToText.from_pretrained(path, dtype=dtype)

    def forbidden_tokens(self, processor: Any) -> list[int]:
        """A stray image token breaks the next forward pass."""
        return [processor.tokenizer.convert_tokens_to_ids(name) for name in tokens.FORBIDDEN]

    def clip_tokens(self, processor: Any, strip: Image.Image) -> int:
        """Those of the clip, and two around it."""
        return int(processor(text=[tokens.CLIP], images=[[strip]], return_tensors="pt")["input_ids"].shape[1])

    def ask(self, processor: Any, texts: list[str], strips: list[Image.Image]) -> Any:
        """Beside the tokens `pixel_values` [patches of all clips, values of a patch], `image_grid_thw` [clips, 3]."""
        asked = [
            processor.apply_chat_template([_question(text)], tokenize=False, add_generation_prompt=True)
            for text in texts
        ]
        return processor(text=asked, images=[[strip] for strip in strips], return_tensors="pt", padding=True)

    def example(self, processor: Any, text: str, strip: Image.Image, reply: str | None = None) -> Inputs:
        """As `ask`, of one row."""
        answer = [] if reply is None else [{"role": "assistant", "content": [{"type": "text", "text": reply}]}]
        whole = processor.apply_chat_template([_question(text), *answer], tokenize=False)
        return dict(processor(text=[whole], images=[[strip]], return_tensors="pt"))

    def probe(self, processor: Any, frames: int) -> Inputs:
        """A striped clip of 56 x 56 pixels."""
        pixels = (torch.arange(frames * 56 * 56 * 3) * 37 % 251).to(torch.uint8).reshape(frames * 56, 56, 3)
        return self.example(processor, "On the way, which direction?", Image.fromarray(pixels.numpy()))

    def blinded(self, batch: Inputs) -> Inputs | None:
        """Zero is the mean of the pixels, which are normalised."""
        pixels = batch.get("pixel_values")
        return None if pixels is None else {**batch, "pixel_values": torch.zeros_like(pixels)}

    def odd_media(self, batch: Inputs) -> str | None:
        """Of the pixels."""
        return odd_numbers(batch["pixel_values"])

    def share_clips(self, trainer: Any) -> Prepare | None:
        """Where its vision tower is frozen; on the CPU batches carry numbers of clips."""
        _attend_at_once(trainer)
        made = look_once(trainer)
        return None if made is None or not trainer.args.use_cpu else number_clips(trainer, made)

    def keep_clips(self, trainer: Any) -> None:
        """Where its vision tower is frozen, and on the CPU."""
        _attend_at_once(trainer)
        keep_seen(trainer)

    def build_tiny(
        self, directory: Path, rows: list[dict[str, Any]], *, hidden: int, layers: int, vocabulary: int, seed: int
    ) -> int:
        """Of the same modules as a large one."""
        return build_model(directory, rows, hidden=hidden, layers=layers, vocabulary=vocabulary, seed=seed)


def _attend_at_once(trainer: Any) -> None:
    if trainer.args.use_cpu:
        # Whoever has such a trainer has loaded its model's modules.
        from .frame_attention import attend_at_once

        attend_at_once(trainer.model)


def _question(text: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": text}]}

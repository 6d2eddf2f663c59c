"""A GRPOTrainer asks twice about each completion's row, and carries its clip along: here once, and by number."""

from __future__ import annotations

import copy
from functools import wraps
from typing import Any

import torch
from transformers.feature_extraction_utils import BatchFeature

from ..family import Prepare
from .processor import row_pairs
from .rollout_rows import Made

# As TRL asks, without what is None or False.
_TEXT = {"add_generation_prompt": True}
_TOKENS = {**_TEXT, "tokenize": True, "return_dict": True}
_PADDED = {"padding": True, "return_tensors": "pt"}


class RolloutProcessor:
    """A ClipProcessor for a generation: it remembers rows, and gives a clip's number in the place of each patch.

    What is not asked as TRL asks for rows of one clip each, its processor is asked.
    """

    def __init__(self, processor: Any, made: Made) -> None:
        self._processor = processor
        self._made = made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._processor, name)

    def apply_chat_template(self, conversation: Any, **options: Any) -> Any:
        """Of one conversation its text; of several their rows."""
        said = {name: value for name, value in options.items() if value not in (None, False)}
        if said == _TEXT:
            text = self._text(conversation)
            if text is not None:
                return text
        if said == _TOKENS and self._processor.tokenizer.bos_token is None:
            texts = [self._text(one) for one in conversation]
            images = [] if None in texts else [_images(one) for one in conversation]
            if images and all(len(row) == 1 for row in images):
                return self(text=texts, images=images)
        return self._processor.apply_chat_template(conversation, **options)

    def __call__(self, images: Any = None, text: Any = None, **kwargs: Any) -> BatchFeature:
        """As a ClipProcessor's, but `pixel_values` [patches of all clips, 1] has clips' numbers."""
        said = {name: value for name, value in kwargs.items() if value is not None}
        pairs = row_pairs(images, text)
        if not pairs or said not in ({}, _PADDED):
            return self._processor(images, text, **kwargs)
        place = {pair: at for at, pair in enumerate(dict.fromkeys(pairs))}
        some = [pairs.index(pair) for pair in place]
        rows = self._made.rows(
            tuple(place),
            [images[at][0] for at in some],
            lambda: self._processor([images[at] for at in some], [text[at] for at in some]),
        )
        return rows.repeated([place[pair] for pair in pairs], self._pad if said else None)

    def _text(self, conversation: Any) -> str | None:
        said = _said(conversation)
        render = self._processor.apply_chat_template
        return None if said is None else self._made.text(said, lambda: render(conversation, **_TEXT))

    def _pad(self, ids: list[list[int]]) -> BatchFeature:
        given = self._processor.tokenizer.pad({"input_ids": ids}, padding=True, return_tensors="pt")
        given["mm_token_type_ids"] = torch.tensor(self._processor.create_mm_token_type_ids(given["input_ids"]))
        return given


def _said(conversation: Any) -> tuple[Any, ...] | None:
    """What a template makes a text of; None where there is more. A Qwen2-VL's says where a picture is, not which."""
    said = []
    for message in conversation:
        content = message.get("content")
        if message.keys() != {"role", "content"} or not isinstance(content, list):
            return None
        for part in content:
            if part.keys() not in ({"type", "text"}, {"type", "image"}):
                return None
        said.append((message["role"], tuple((part["type"], part.get("text")) for part in content)))
    return tuple(said)


def _images(conversation: Any) -> list[Any]:
    return [part["image"] for message in conversation for part in message["content"] if "image" in part]


def number_clips(trainer: Any, made: Made) -> Prepare:
    """Let a GRPOTrainer carry numbers of clips while it generates and trains.

    Gives a function that makes beforehand, in another thread, what will be asked about the rows of a batch.
    """
    # Whoever has such a trainer has loaded it; an evaluation has not.
    from trl.data_utils import prepare_multimodal_messages

    generate = trainer._generate_and_score_completions

    @wraps(generate)
    def generated(inputs: Any) -> Any:
        # Only meanwhile: TRL saves its processor, and aligns the model's tokens with it.
        processor = trainer.processing_class
        trainer.processing_class = RolloutProcessor(processor, made)
        try:
            return generate(inputs)
        finally:
            trainer.processing_class = processor

    trainer._generate_and_score_completions = generated
    # Tokenizers are for one thread.
    beforehand = RolloutProcessor(copy.deepcopy(trainer.processing_class), made)

    def prepare(batch: list[dict[str, Any]]) -> None:
        asked = [prepare_multimodal_messages(row["prompt"], images=row["images"]) for row in batch]
        rows = beforehand.apply_chat_template(asked, **_TOKENS)
        clips = made.clips(int(rows["pixel_values"][0, 0]))
        with torch.no_grad():
            clips.look(clips.pixels, clips.grids, return_dict=True)

    return prepare

"""Rows that are remembered, and clips that are known by number, come out as a processor and its pixels say."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from reprise_trainer.models.qwen2_vl.looking import look_once
from reprise_trainer.models.qwen2_vl.processor import load_processor
from reprise_trainer.models.qwen2_vl.rollout_rows import Made
from reprise_trainer.models.qwen2_vl.rollouts import RolloutProcessor, number_clips
from towers import counted, frozen

TOKENS = {"add_generation_prompt": True, "tokenize": True, "return_dict": True}
PADDED = {"padding": True, "return_tensors": "pt"}
Conversation = list[dict[str, Any]]


def strip_of(seed: int, height: int = 28) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 255, (8 * height, 28, 3), dtype=np.uint8))


def asked_about(strip: Image.Image, text: str) -> Conversation:
    return [{"role": "user", "content": [{"type": "image", "image": strip}, {"type": "text", "text": text}]}]


def conversations(height: int = 28) -> list[Conversation]:
    """Rows of three clips, of which two are equal, and texts of several lengths; some twice."""
    strips = [strip_of(1), strip_of(2, height), strip_of(1)]
    texts = ["which landmark?", "red", "which landmark?", "On the way, which?"]
    distinct = [asked_about(strips[number % 3], text) for number, text in enumerate(texts)]
    return [distinct[number] for number in (0, 0, 1, 3, 2, 1)]


def padded(processor: Any, rows: list[Conversation]) -> Any:
    """As TRL asks for the logits of rows."""
    texts = [processor.apply_chat_template(row, add_generation_prompt=True, tokenize=False, tools=None) for row in rows]
    return processor(images=[[row[0]["content"][0]["image"]] for row in rows], text=texts, **PADDED)


def pixels_of(made: Made, given: Any) -> torch.Tensor:
    """The pixels that the numbers in a batch stand for."""
    numbers = [int(clip[0, 0]) for clip in given["pixel_values"].split(given["image_grid_thw"].prod(-1).tolist())]
    return torch.cat([made.clips(number).of([number])[0] for number in numbers])


def same(one: Any, other: Any) -> bool:
    return torch.equal(one, other) if torch.is_tensor(one) else one == other


@pytest.mark.parametrize("height", [28, 56])
@pytest.mark.parametrize("side", ["left", "right"])
def test_rows_are_those_of_the_processor_and_numbers_stand_for_its_pixels(base: Path, side: str, height: int) -> None:
    processor = load_processor(str(base), 8, padding_side=side)
    made = Made(lambda: None)
    rollouts = RolloutProcessor(processor, made)
    rows = conversations(height)
    for ask in (lambda asked: asked.apply_chat_template(rows, **TOKENS), lambda asked: padded(asked, rows)):
        expected = dict(ask(processor))
        for _ in range(2):
            given = dict(ask(rollouts))
            assert given.keys() == expected.keys()
            assert torch.equal(pixels_of(made, given), expected["pixel_values"])
            assert len(given["pixel_values"]) == len(expected["pixel_values"])
            assert all(same(given[name], values) for name, values in expected.items() if name != "pixel_values")


def test_rows_are_made_once_and_what_is_given_may_be_written_to(base: Path, monkeypatch: Any) -> None:
    processor = load_processor(str(base), 8, padding_side="left")
    calls: list[int] = []
    make = type(processor).__call__
    monkeypatch.setattr(
        type(processor), "__call__", lambda self, images, text: calls.append(len(text)) or make(self, images, text)
    )
    rollouts = RolloutProcessor(processor, Made(lambda: None))
    rows = conversations()
    first = rollouts.apply_chat_template(rows, **TOKENS)
    expected = [list(ids) for ids in first["input_ids"]]
    first["input_ids"][0].append(7)
    padded(rollouts, rows)["pixel_values"].zero_()
    again = rollouts.apply_chat_template(rows, **TOKENS)
    assert again["input_ids"] == expected
    assert torch.equal(again["pixel_values"], first["pixel_values"])
    assert calls == [4]


def test_what_is_asked_otherwise_is_the_processors(base: Path) -> None:
    processor = load_processor(str(base), 8, padding_side="left")
    rollouts = RolloutProcessor(processor, Made(lambda: None))
    row = conversations()[0]
    plain: Conversation = [{"role": "user", "content": [{"type": "text", "text": "red"}]}]
    called = [*row, {"role": "assistant", "content": [{"type": "text", "text": "red"}], "tool_calls": []}]
    assert rollouts.tokenizer is processor.tokenizer
    for conversation in (row, plain, called):
        for options in ({}, {"add_generation_prompt": True}, {"continue_final_message": True}):
            assert rollouts.apply_chat_template(conversation, **options) == processor.apply_chat_template(
                conversation, **options
            )
    assert rollouts.apply_chat_template([plain], **TOKENS) == processor.apply_chat_template([plain], **TOKENS)
    given = rollouts(images=[[row[0]["content"][0]["image"]]], text=["<|image_pad|>red"], return_tensors="pt")
    assert given["pixel_values"].is_floating_point()


@torch.no_grad()
@pytest.mark.parametrize("height", [28, 56])
def test_numbers_give_the_logits_of_pixels_and_are_looked_at_once(base: Path, height: int) -> None:
    processor = load_processor(str(base), 8, padding_side="left")
    rows = conversations(height)
    # As a batch, shuffled, and of some of the clips.
    batches = [padded(processor, [rows[at] for at in places]) for places in ((0, 1, 2, 3, 4, 5), (5, 2, 1, 4, 3, 0))]
    plain = frozen(base)
    look_once(SimpleNamespace(model=plain))
    expected = [plain(**batch).logits for batch in batches]
    model = frozen(base)
    made = look_once(SimpleNamespace(model=model))
    assert made is not None
    rollouts = RolloutProcessor(processor, made)
    whole = padded(rollouts, rows)
    calls = counted(model)
    assert torch.equal(model(**whole).logits, expected[0])
    assert torch.equal(model(**whole).logits, expected[0])
    assert calls == [2]
    numbers = whole["pixel_values"].split(whole["image_grid_thw"].prod(-1).tolist())
    order = [5, 2, 1, 4, 3, 0]
    shuffled = {name: values[order] for name, values in whole.items() if name != "pixel_values"}
    assert torch.equal(model(**shuffled, pixel_values=torch.cat([numbers[at] for at in order])).logits, expected[1])
    # Clips of other sizes have no order but the batch's.
    assert calls == ([2] if height == 28 else [2, 2])
    some = {name: values[:2] for name, values in whole.items() if name != "pixel_values"}
    of_pixels = {**some, "pixel_values": pixels_of(made, whole)[: len(numbers[0]) * 2]}
    assert torch.equal(model(**some, pixel_values=torch.cat(numbers[:2])).logits, plain(**of_pixels).logits)
    assert calls[-1] == 1


def test_a_clip_that_is_no_longer_kept_is_missed(base: Path) -> None:
    made = Made(lambda: None)
    rollouts = RolloutProcessor(load_processor(str(base), 8, padding_side="left"), made)
    numbers = [int(padded(rollouts, [asked_about(strip_of(seed), "red")])["pixel_values"][0, 0]) for seed in range(4)]
    assert len(set(numbers)) == 4
    assert made.clips(numbers[1]).numbers == [numbers[1]]
    with pytest.raises(LookupError, match=f"the clip {numbers[0]} of a batch is no longer kept"):
        made.clips(numbers[0])


def test_beforehand_all_is_made_that_a_trainer_asks(base: Path) -> None:
    model = frozen(base)
    calls = counted(model)
    made = look_once(SimpleNamespace(model=model))
    assert made is not None
    processor = load_processor(str(base), 8, padding_side="left")
    rows = [{"prompt": [{"role": "user", "content": text}], "images": [strip_of(1)]} for text in ("red", "blue")]
    given: list[Any] = []

    def generate(inputs: Any) -> None:
        asked = [asked_about(row["images"][0], row["prompt"][0]["content"]) for row in inputs]
        given.append(trainer.processing_class.apply_chat_template(asked, **TOKENS))
        given.append(padded(trainer.processing_class, asked))

    trainer: Any = SimpleNamespace(processing_class=processor, _generate_and_score_completions=generate)
    prepare = number_clips(trainer, made)
    prepare(rows)
    assert calls == [1]
    # Now nothing is left to make.
    processor.tokenizer.__class__ = type("Silent", (type(processor.tokenizer),), {"__call__": None})
    processor._process_images = None
    trainer._generate_and_score_completions(rows)
    assert trainer.processing_class is processor
    for batch in given:
        model.model.get_image_features(batch["pixel_values"], batch["image_grid_thw"], return_dict=True)
    assert calls == [1]

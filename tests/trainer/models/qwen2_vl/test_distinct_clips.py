"""Equal clips of a batch are looked at once, and nothing that comes out differs."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from PIL import Image
from reprise_trainer.models.qwen2_vl.distinct_clips import distinct
from reprise_trainer.models.qwen2_vl.looking import look_once
from reprise_trainer.models.qwen2_vl.processor import load_processor
from towers import counted, frozen
from transformers import AutoModelForImageTextToText


def strip_of(seed: int, size: int = 28) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 255, (8 * size, size, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def batch_of(base: Path, seeds: list[int]) -> dict[str, torch.Tensor]:
    text = "<|vision_start|><|image_pad|><|vision_end|>which?"
    strips = [[strip_of(seed)] for seed in seeds]
    return dict(load_processor(str(base), 8)(text=[text] * len(seeds), images=strips, return_tensors="pt"))


def test_clips_are_told_apart_by_every_value() -> None:
    clip = torch.arange(10_000.0)
    other = clip.clone()
    other[4321] += 1
    assert distinct([clip, other, clip.clone(), other, clip.reshape(100, 100)]) == ([0, 1, 4], [0, 1, 0, 1, 2])
    assert distinct([]) == ([], [])


@torch.no_grad()
def test_a_group_goes_through_the_tower_once_with_the_same_logits(base: Path) -> None:
    batch = batch_of(base, [1, 2, 1, 1, 2, 3])
    model = frozen(base)
    expected = model(**batch).logits
    look_once(SimpleNamespace(model=model))
    calls = counted(model)
    assert torch.equal(model(**batch).logits, expected)
    assert calls == [3]


@torch.no_grad()
def test_generation_looks_once_too(base: Path) -> None:
    batch = batch_of(base, [1, 1, 1, 2])
    model = frozen(base)
    arguments = {**batch, "max_new_tokens": 4, "do_sample": False}
    expected = model.generate(**arguments)
    look_once(SimpleNamespace(model=model))
    calls = counted(model)
    assert torch.equal(model.generate(**arguments), expected)
    assert calls == [2]


@torch.no_grad()
def test_a_batch_is_looked_at_once_and_the_next_one_anew(base: Path) -> None:
    batches = [batch_of(base, seeds) for seeds in ([1, 2, 1], [3, 2, 3], [1, 2, 1])]
    model = frozen(base)
    expected = [model(**batch).logits for batch in batches]
    look_once(SimpleNamespace(model=model))
    calls = counted(model)
    for batch, logits in zip(batches, expected, strict=True):
        for _ in range(3):
            same = {name: value.clone() for name, value in batch.items()}
            assert torch.equal(model(**same).logits, logits)
    assert calls == [2, 2, 2]


@torch.no_grad()
def test_a_batch_that_was_shuffled_meanwhile_is_not_looked_at_again(base: Path) -> None:
    batches = [batch_of(base, seeds) for seeds in ([1, 2, 1, 3], [3, 1, 1, 2])]
    model = frozen(base)
    expected = [model(**batch).logits for batch in batches]
    look_once(SimpleNamespace(model=model))
    calls = counted(model)
    for batch, logits in zip(batches, expected, strict=True):
        assert torch.equal(model(**batch).logits, logits)
    # As generation asks.
    model.model.get_image_features(
        *(batches[0][name] for name in ("pixel_values", "image_grid_thw")), output_attentions=None, return_dict=True
    )
    assert calls == [3]


def test_a_tower_that_is_trained_is_left_alone(base: Path) -> None:
    model = AutoModelForImageTextToText.from_pretrained(base)
    look_once(SimpleNamespace(model=model))
    calls = counted(model)
    model(**batch_of(base, [1, 1]))
    assert calls == [2]


def test_equal_strips_are_prepared_once_and_given_for_each(base: Path) -> None:
    processor = load_processor(str(base), 8)
    seen: list[int] = []
    prepare = processor.video_processor

    class Counting:
        merge_size = prepare.merge_size

        def __call__(self, videos: list[torch.Tensor], **kwargs: Any) -> Any:
            seen.append(len(videos))
            return prepare(videos, **kwargs)

    single = [processor._process_images([[strip_of(seed)]])[0]["pixel_values"] for seed in (1, 2, 1)]
    processor.video_processor = Counting()
    features, tokens = processor._process_images([[strip_of(seed)] for seed in (1, 2, 1)])
    assert seen == [2]
    assert torch.equal(features["pixel_values"], torch.cat(single))
    assert len(features["image_grid_thw"]) == len(tokens) == 3
    picture, converted = strip_of(1), []
    picture.convert = lambda mode: converted.append(mode) or strip_of(1)  # type: ignore[method-assign]
    shared = processor._process_images([[picture], [strip_of(2)], [picture]])[0]["pixel_values"]
    assert converted == ["RGB"]
    assert torch.equal(shared, torch.cat([single[0], single[1], single[0]]))

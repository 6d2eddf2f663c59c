from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from reprise_trainer.models.families import named
from reprise_trainer.models.qwen2_vl.processor import load_processor
from transformers import AutoModelForImageTextToText, Qwen2VLProcessor


def strip_of(frames: int, size: int = 28) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 255, (frames * size, size, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


@torch.no_grad()
def test_a_filmstrip_is_true_video_input(base: Path) -> None:
    """The filmstrip gives the logits of Qwen2-VL's own video path: same tower, same positions."""
    strip = strip_of(8)
    model = AutoModelForImageTextToText.from_pretrained(base).eval()
    clip = load_processor(str(base), 8)
    as_strip = clip(
        text=["<|vision_start|><|image_pad|><|vision_end|>which?"],
        images=[[strip]],
        return_tensors="pt",
    )

    plain = Qwen2VLProcessor.from_pretrained(base)
    frames = torch.from_numpy(np.array(strip)).reshape(8, 28, 28, 3).permute(0, 3, 1, 2)
    as_video = plain(
        text=["<|vision_start|><|video_pad|><|vision_end|>which?"],
        videos=[frames],
        return_tensors="pt",
        do_resize=False,
        do_sample_frames=False,
    )
    assert torch.equal(as_strip["pixel_values"], as_video["pixel_values_videos"])
    difference = (model(**as_strip).logits - model(**as_video).logits).abs().amax(dim=-1)
    # The placeholder's own embedding is replaced by the video's, so every position must agree.
    assert float(difference.max()) == 0.0


def test_a_strip_of_another_number_of_frames_is_refused(base: Path) -> None:
    with pytest.raises(ValueError, match="does not hold 8 frames"):
        load_processor(str(base), 8)(text=["<|image_pad|>"], images=[[strip_of(7, 27)]], return_tensors="pt")


def test_no_vision_token_may_be_sampled(base: Path) -> None:
    processor = load_processor(str(base), 8)
    names = processor.tokenizer.convert_ids_to_tokens(named("qwen2_vl").forbidden_tokens(processor))
    assert "<|image_pad|>" in names
    assert "<|im_end|>" not in names


def plain(processor: Any, **asked: Any) -> Any:
    """What comes out where every row is made for itself: no two pictures are the same object."""
    rows = [[strip.copy() for strip in strips] for strips in asked.pop("images")]
    return processor(images=rows, **asked)


@pytest.mark.parametrize("more", [{}, {"return_tensors": "pt", "padding": True}])
def test_rows_of_a_group_are_made_once_and_are_the_same(base: Path, more: dict[str, Any]) -> None:
    processor = load_processor(str(base), 8, padding_side="left")
    one, other = strip_of(8), strip_of(8, 56)
    text = "<|vision_start|><|image_pad|><|vision_end|>"
    asked = [(one, "which?"), (one, "which?"), (other, "which?"), (one, "another?"), (other, "which?"), (one, "which?")]
    texts, images = [text + words for _, words in asked], [[strip] for strip, _ in asked]
    expected = plain(processor, text=texts, images=images, **more)
    seen: list[int] = []
    tokenizer = processor.tokenizer
    processor.tokenizer = counting(tokenizer, seen)
    try:
        given = processor(text=texts, images=images, videos=None, **more)
        again = processor(text=texts, images=images, **more)
    finally:
        processor.tokenizer = tokenizer
    assert seen == [3, 3]
    for result in (given, again):
        assert list(result) == list(expected)
        for name, values in expected.items():
            same = torch.equal(result[name], values) if torch.is_tensor(values) else result[name] == values
            assert same, name


def counting(tokenizer: Any, seen: list[int]) -> Any:
    class Counting(type(tokenizer)):
        def __call__(self, text: Any, *args: Any, **kwargs: Any) -> Any:
            seen.append(len(text))
            return super().__call__(text, *args, **kwargs)

    return Counting.from_pretrained(tokenizer.name_or_path, padding_side=tokenizer.padding_side)


def test_settings_that_nobody_looked_at_are_left_to_the_library(base: Path) -> None:
    processor = load_processor(str(base), 8)
    strip, text = strip_of(8), "<|vision_start|><|image_pad|><|vision_end|>which?"
    given = processor(text=[text] * 2, images=[[strip]] * 2, return_text_replacement_offsets=True)
    assert len(given["text_replacement_offsets"]) == 2


def test_kinds_of_tokens_are_the_library_s(base: Path) -> None:
    processor = load_processor(str(base), 8)
    rows = [[processor.image_token_id, 1, 2], [processor.video_token_id], [], [3, 4]]
    expected = Qwen2VLProcessor.create_mm_token_type_ids(processor, rows)
    assert processor.create_mm_token_type_ids(rows) == expected == [[1, 0, 0], [2], [], [0, 0]]
    assert processor.create_mm_token_type_ids([torch.tensor(rows[0])]) == [[1, 0, 0]]

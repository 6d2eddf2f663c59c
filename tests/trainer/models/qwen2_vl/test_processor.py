from pathlib import Path

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

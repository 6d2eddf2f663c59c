"""A Qwen2-VL processor for filmstrips: true video input through trainers that only know images."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from transformers import Qwen2VLProcessor
from transformers.feature_extraction_utils import BatchFeature

from .distinct_clips import distinct
from .kept import keep_last

# Of what a processor gives: what has an entry for each row. The rest is of clips.
_EACH_ROW = ("input_ids", "attention_mask", "mm_token_type_ids")
_EACH_CLIP = ("pixel_values", "image_grid_thw")
# Settings with which a row depends on others by the length of the longest alone.
_OF_A_ROW = {"padding", "padding_side", "return_tensors", "add_special_tokens"}


class ClipProcessor(Qwen2VLProcessor):
    """Takes each "image" as a filmstrip, frames stacked top to bottom, and hands it over as one video.

    Qwen2-VL treats an image whose grid has t > 1 exactly as a video (same tower, same rotary positions),
    so stock TRL trainers, which carry only image tensors, train on true video. Only valid for Qwen2-VL:
    its successors encode time for videos.
    """

    frames: int = 8

    def __call__(self, images: Any = None, text: Any = None, *others: Any, **kwargs: Any) -> BatchFeature:
        """A group's completions share prompt and clip: those rows are made once, and repeated."""
        pairs = row_pairs(images, text)
        place = {pair: at for at, pair in enumerate(dict.fromkeys(pairs))}
        said = {name for name, value in kwargs.items() if value is not None}
        if others or len(place) == len(pairs) or not said <= _OF_A_ROW:
            return super().__call__(images, text, *others, **kwargs)
        some, of = [pairs.index(pair) for pair in place], [place[pair] for pair in pairs]
        made = super().__call__([images[at] for at in some], [text[at] for at in some], **kwargs)
        return _repeated(made, of)

    def create_mm_token_type_ids(self, input_ids: Any) -> list[list[int]]:
        """The same as the library's: it looks through each row three times, by functions for long ones."""
        kinds = (self.image_token_ids, self.video_token_ids, self.audio_token_ids)
        kind = {token: number for number, tokens in enumerate(kinds, 1) for token in tokens}
        rows = (row if isinstance(row, list) else row.tolist() for row in input_ids)
        return [[kind.get(token, 0) for token in row] for row in rows]

    def _process_images(self, images: Any, **_: Any) -> tuple[BatchFeature, list[str]]:
        flat = [image for row in images for image in (row if isinstance(row, (list, tuple)) else [row])]
        # A group's completions share one picture: it is compared with others once.
        pictures = {id(picture): picture for picture in flat}
        strips = [torch.from_numpy(np.array(picture.convert("RGB"))) for picture in pictures.values()]
        first, of = distinct(strips)
        place_of = dict(zip(pictures, of, strict=True))
        place = [place_of[id(picture)] for picture in flat]
        per_token = self.video_processor.merge_size**2
        pixels, grids = _pixels(self.video_processor, self.frames, *(strips[at] for at in first))
        chosen = _of_pictures(pixels, grids, tuple(place))
        features = BatchFeature({"pixel_values": chosen, "image_grid_thw": grids[place]})
        return features, [self.image_token * int(grid.prod() // per_token) for grid in grids[place]]


def _pixels_of(videos: Any, frames: int, *strips: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """What a video processor makes of filmstrips: patches of all clips, and the grid of each [clips, 3]."""
    # The strips have their final size already: resizing or sampling again would change the recipe's frames.
    out = videos(
        [_video(strip, frames) for strip in strips], return_tensors="pt", do_sample_frames=False, do_resize=False
    )
    return out["pixel_values_videos"], out["video_grid_thw"]


def _video(strip: torch.Tensor, frames: int) -> torch.Tensor:
    """Filmstrip of so many frames, uint8 [rows, width, 3] -> [frames, 3, height, width]."""
    rows, width, _ = strip.shape
    if rows % frames:
        raise ValueError(f"a strip of {rows} rows does not hold {frames} frames")
    return strip.reshape(frames, rows // frames, width, 3).permute(0, 3, 1, 2)


def _clips_in(pixels: torch.Tensor, grids: torch.Tensor, place: tuple[int, ...]) -> torch.Tensor:
    """Patches of the clips with these numbers, in that order."""
    if place == tuple(range(len(grids))):
        return pixels
    clips = pixels.split(grids.prod(-1).tolist())
    return torch.cat([clips[at] for at in place])


# A step of GRPO asks twice about the same clips: to generate, and for the logits.
_pixels, _of_pictures, _of_rows = keep_last(_pixels_of), keep_last(_clips_in), keep_last(_clips_in)


def row_pairs(images: Any, text: Any) -> list[tuple[str, int]]:
    """Each row's text and picture, where all rows have one text and one picture; else nothing."""
    if not isinstance(images, list) or not isinstance(text, list) or len(images) != len(text):
        return []
    if not all(isinstance(row, list) and len(row) == 1 for row in images):
        return []
    return [(words, id(row[0])) for words, row in zip(text, images, strict=True)]


def _repeated(made: BatchFeature, of: list[int]) -> BatchFeature:
    """Its rows, each as often as its number stands in `of`, in that order."""
    grids = made["image_grid_thw"]
    given = {"pixel_values": _of_rows(made["pixel_values"], grids, tuple(of)), "image_grid_thw": grids[of]}
    for name, rows in made.items():
        if name in _EACH_ROW:
            given[name] = rows[of] if torch.is_tensor(rows) else [list(rows[at]) for at in of]
        elif name not in _EACH_CLIP:
            raise ValueError(f"what a processor gives as '{name}' cannot be repeated")
    return BatchFeature({name: given[name] for name in made})


def load_processor(model: str, frames: int, *, padding_side: str = "right") -> ClipProcessor:
    """The processor of a model's folder, set to `frames` frames a clip."""
    processor = ClipProcessor.from_pretrained(model, padding_side=padding_side)
    processor.frames = frames
    return processor

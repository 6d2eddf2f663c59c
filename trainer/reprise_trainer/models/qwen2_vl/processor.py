"""A Qwen2-VL processor for filmstrips: true video input through trainers that only know images."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from transformers import Qwen2VLProcessor
from transformers.feature_extraction_utils import BatchFeature

from .distinct_clips import distinct


class ClipProcessor(Qwen2VLProcessor):
    """Takes each "image" as a filmstrip, frames stacked top to bottom, and hands it over as one video.

    Qwen2-VL treats an image whose grid has t > 1 exactly as a video (same tower, same rotary positions),
    so stock TRL trainers, which carry only image tensors, train on true video. Only valid for Qwen2-VL:
    its successors encode time for videos.
    """

    frames: int = 8

    def _process_images(self, images: Any, **_: Any) -> tuple[BatchFeature, list[str]]:
        flat = [image for row in images for image in (row if isinstance(row, (list, tuple)) else [row])]
        # A group's completions share one picture: it is compared with others once.
        pictures = {id(picture): picture for picture in flat}
        strips = [torch.from_numpy(np.array(picture.convert("RGB"))) for picture in pictures.values()]
        first, of = distinct(strips)
        place_of = dict(zip(pictures, of, strict=True))
        place = [place_of[id(picture)] for picture in flat]
        # The strips have their final size already: resizing or sampling again would change the recipe's frames.
        out = self.video_processor(
            [self._video(strips[at]) for at in first], return_tensors="pt", do_sample_frames=False, do_resize=False
        )
        per_token = self.video_processor.merge_size**2
        grids = out["video_grid_thw"]
        clips = out["pixel_values_videos"].split(grids.prod(-1).tolist())
        pixels = torch.cat([clips[at] for at in place])
        features = BatchFeature({"pixel_values": pixels, "image_grid_thw": grids[place]})
        return features, [self.image_token * int(grid.prod() // per_token) for grid in grids[place]]

    def _video(self, strip: torch.Tensor) -> torch.Tensor:
        """Filmstrip of `frames` frames, uint8 [rows, width, 3] -> [frames, 3, height, width]."""
        rows, width, _ = strip.shape
        if rows % self.frames:
            raise ValueError(f"a strip of {rows} rows does not hold {self.frames} frames")
        return strip.reshape(self.frames, rows // self.frames, width, 3).permute(0, 3, 1, 2)


def load_processor(model: str, frames: int, *, padding_side: str = "right") -> ClipProcessor:
    """The processor of a model's folder, set to `frames` frames a clip."""
    processor = ClipProcessor.from_pretrained(model, padding_side=padding_side)
    processor.frames = frames
    return processor

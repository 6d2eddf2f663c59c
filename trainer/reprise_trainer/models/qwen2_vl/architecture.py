"""The real architecture without weights, from dimensions that stand in architectures.json."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from transformers import Qwen2VLConfig, Qwen2VLForConditionalGeneration
from transformers.initialization import no_init_weights

from .. import family
from ..family import Clip, Inputs


@dataclass(frozen=True)
class Architecture(family.Architecture):
    """Dimensions of a Qwen2-VL, by the names of transformers' config."""

    parameters: int
    text: dict[str, Any]
    vision: dict[str, Any]

    @property
    def layers(self) -> int:
        """Of the language model."""
        return self.text["num_hidden_layers"]

    @property
    def depth(self) -> int:
        """Of the vision tower."""
        return self.vision["depth"]

    @property
    def image_token(self) -> int:
        """The released id; a small vocabulary has none so high."""
        return min(151655, self.text["vocab_size"] - 1)

    def at_depth(self, layers: int, depth: int) -> Architecture:
        """Other numbers of layers of the language model and the vision tower."""
        text, vision = {**self.text, "num_hidden_layers": layers}, {**self.vision, "depth": depth}
        return replace(self, text=text, vision=vision)

    def config(self) -> Qwen2VLConfig:
        """transformers' config."""
        return Qwen2VLConfig(
            text_config=self.text,
            vision_config=self.vision,
            image_token_id=self.image_token,
            tie_word_embeddings=False,
        )

    def build(self, dtype: torch.dtype, attention: str | None = None) -> Any:
        """A model without initialisation, on whatever device or tensor mode is active."""
        chosen = {} if attention is None else {"attn_implementation": attention}
        with no_init_weights():
            return Qwen2VLForConditionalGeneration._from_config(self.config(), dtype=dtype, **chosen)

    def clip(self, frames: int, frame: tuple[int, int]) -> Clip:
        """Frames are merged in pairs, an odd last one is repeated; two by two patches are one token."""
        side, pair = self.vision["patch_size"], self.vision["temporal_patch_size"]
        grid = (-(-frames // pair), frame[1] // side, frame[0] // side)
        patches = grid[0] * grid[1] * grid[2]
        return Clip(grid, patches * self._values, patches // self.vision["spatial_merge_size"] ** 2)

    def indices(self, rows: int, clip: Clip, text: int) -> Inputs:
        """`input_ids`, `attention_mask`, `mm_token_type_ids` [rows, tokens] and `image_grid_thw` [rows, 3]."""
        row = [1] * (text // 2) + [self.image_token] * clip.tokens + [2] * (text - text // 2)
        ids = torch.tensor([row] * rows)
        return {
            "input_ids": ids,
            "attention_mask": torch.ones_like(ids),
            "mm_token_type_ids": (ids == self.image_token).int(),
            "image_grid_thw": torch.tensor([clip.grid] * rows),
        }

    def media(self, rows: int, clip: Clip) -> Inputs:
        """`pixel_values` [patches of all clips, values of a patch]."""
        return {"pixel_values": torch.zeros(rows * clip.values // self._values, self._values)}

    @property
    def _values(self) -> int:
        """Of a patch: so many frames of its pixels in three colours."""
        return 3 * self.vision["temporal_patch_size"] * self.vision["patch_size"] ** 2


ARCHITECTURES: dict[str, family.Architecture] = {
    name: Architecture(**dimensions)
    for name, dimensions in json.loads(Path(__file__).with_name("architectures.json").read_text("utf-8")).items()
}

"""Rotary positions are made row by row, in Python: rows that differ in nothing that they depend on get theirs once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

Positions = tuple[torch.Tensor, torch.Tensor]
# Of `mm_token_type_ids`.
_IMAGE = 1


def distinct_positions(index: Callable[..., Positions]) -> Callable[..., Positions]:
    """The same as a Qwen2-VL's `get_rope_index`, which looks at no other arguments.

    Where each row has one image, rows are told apart by its grid, by which of their tokens are its, and by which are
    padding. Others are asked about as ever.
    """

    def get_rope_index(
        input_ids: torch.Tensor,
        mm_token_type_ids: torch.Tensor,
        image_grid_thw: torch.Tensor | None = None,
        video_grid_thw: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        **_: Any,
    ) -> Positions:
        asked = {"image_grid_thw": image_grid_thw, "video_grid_thw": video_grid_thw, "attention_mask": attention_mask}
        if image_grid_thw is None or attention_mask is None or video_grid_thw is not None:
            return index(input_ids, mm_token_type_ids, **asked)
        images = (mm_token_type_ids == _IMAGE).logical_and(attention_mask.bool()).any(-1)
        if len(image_grid_thw) != len(input_ids) or not bool(images.all()):
            return index(input_ids, mm_token_type_ids, **asked)
        rows = [tuple(row) for row in torch.cat([mm_token_type_ids, attention_mask, image_grid_thw], dim=-1).tolist()]
        place = {row: at for at, row in enumerate(dict.fromkeys(rows))}
        some, of = [rows.index(row) for row in place], [place[row] for row in rows]
        places, deltas = index(
            input_ids[some],
            mm_token_type_ids[some],
            image_grid_thw=image_grid_thw[some],
            attention_mask=attention_mask[some],
        )
        return places[:, of], deltas[of]

    return get_rope_index

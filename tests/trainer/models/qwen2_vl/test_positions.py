"""Rotary positions of rows that are alike are made once, and nothing that comes out differs."""

from pathlib import Path
from typing import Any

import pytest
import torch
from reprise_trainer.models.qwen2_vl.positions import distinct_positions
from transformers import AutoModelForImageTextToText


@pytest.fixture
def model(base: Path) -> Any:
    return AutoModelForImageTextToText.from_pretrained(base).model


def rows_of(*written: str) -> dict[str, torch.Tensor]:
    """A row is written by its tokens: - padding, t text, i of an image, whose grid is 4 tokens of one frame."""
    tokens = [list(row) for row in written]
    return {
        "input_ids": torch.arange(len(tokens) * len(tokens[0])).reshape(len(tokens), -1),
        "mm_token_type_ids": torch.tensor([[int(token == "i") for token in row] for row in tokens]),
        "attention_mask": torch.tensor([[int(token != "-") for token in row] for row in tokens]),
    }


def asked(model: Any) -> tuple[Any, list[int]]:
    sizes: list[int] = []
    own = model.get_rope_index

    def index(input_ids: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        sizes.append(len(input_ids))
        return own(input_ids, *args, **kwargs)

    return distinct_positions(index), sizes


def test_rows_are_told_apart_by_padding_images_and_their_grids(model: Any) -> None:
    rows = rows_of("-tiiiittt", "tiiiitttt", "-tiiiittt", "tiiiittt-", "tiiiitttt", "ttiiiittt")
    grids = torch.tensor([[1, 4, 4], [1, 4, 4], [1, 4, 4], [1, 4, 4], [1, 2, 8], [1, 4, 4]])
    index, sizes = asked(model)
    expected = model.get_rope_index(**rows, image_grid_thw=grids)
    for given, right in zip(index(**rows, image_grid_thw=grids, use_cache=True), expected, strict=True):
        assert torch.equal(given, right)
        assert given.dtype == right.dtype
    assert sizes == [5]


@pytest.mark.parametrize(
    ("written", "grids"),
    [
        (("tiiiit", "tttttt"), [[1, 4, 4]]),
        # As many images as rows, both in one of them.
        (("itttti", "tttttt"), [[1, 2, 2], [1, 2, 2]]),
    ],
)
def test_rows_that_have_not_one_image_each_are_asked_about_as_ever(model: Any, written: Any, grids: Any) -> None:
    rows, places = rows_of(*written), torch.tensor(grids)
    index, sizes = asked(model)
    expected = model.get_rope_index(**rows, image_grid_thw=places)
    assert all(map(torch.equal, index(**rows, image_grid_thw=places), expected))
    assert sizes == [2]

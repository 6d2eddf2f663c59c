"""A frozen vision tower looks at each batch of clips once, and is asked again where its answer may be another."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from reprise_trainer.models.qwen2_vl import seen_clips
from reprise_trainer.models.qwen2_vl.seen_clips import keep_seen
from transformers import AutoModelForImageTextToText

GRID = torch.tensor([[4, 2, 2]])


def clip(seed: int) -> torch.Tensor:
    return torch.randn(16, 1176, generator=torch.Generator().manual_seed(seed))


def seeing(base: Path, *, frozen: bool = True, use_cpu: bool = True) -> tuple[Any, list[int]]:
    """A model, and how many patches each pass through its tower had."""
    model: Any = AutoModelForImageTextToText.from_pretrained(base)
    model.requires_grad_(not frozen)
    keep_seen(SimpleNamespace(model=model, args=SimpleNamespace(use_cpu=use_cpu)))
    passes: list[int] = []
    model.model.visual.register_forward_pre_hook(lambda _, args, told: passes.append(len(args[0])), with_kwargs=True)
    return model.model, passes


def test_the_same_batch_is_looked_at_once(base: Path) -> None:
    plain, _ = seeing(base, frozen=False)
    model, passes = seeing(base)
    for seed in (0, 1, 0, 1, 0):
        seen = model.get_image_features(clip(seed).clone(), GRID)
        expected = plain.get_image_features(clip(seed), GRID)
        for one, other in zip(seen.pooler_output, expected.pooler_output, strict=True):
            assert torch.equal(one, other)
        # What one caller does to the fields, the next one does not see.
        seen.pooler_output = None
    assert passes == [16, 16]


def test_other_values_grids_and_precisions_are_looked_at_anew(base: Path) -> None:
    model, passes = seeing(base)
    model.get_image_features(clip(0), GRID)
    changed = clip(0)
    changed[15, 1175] += 1e-6
    model.get_image_features(changed, GRID)
    model.get_image_features(clip(0), torch.tensor([[1, 4, 4]]))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        model.get_image_features(clip(0), GRID)
    assert passes == [16] * 4


@pytest.mark.parametrize("told", [{"frozen": False}, {"use_cpu": False}])
def test_a_tower_that_is_trained_and_one_on_a_gpu_look_each_time(base: Path, told: dict[str, bool]) -> None:
    model, passes = seeing(base, **told)
    for _ in range(2):
        model.get_image_features(clip(0), GRID)
    assert passes == [16, 16]


def test_the_oldest_are_let_go(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, passes = seeing(base)
    one = seen_clips._bytes(model.get_image_features(clip(0), GRID))
    monkeypatch.setattr(seen_clips, "MOST_BYTES", 2 * one)
    for seed in (1, 0, 2, 0, 1):
        model.get_image_features(clip(seed), GRID)
    # Clip 1 was not asked about for longest when clip 2 came.
    assert len(passes) == 4

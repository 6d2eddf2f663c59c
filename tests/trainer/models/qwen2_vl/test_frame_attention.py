"""Frames of one size are attended to in one call, and come out the same, bit for bit."""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from reprise_trainer.models.qwen2_vl.frame_attention import attend_at_once
from transformers import AutoModelForImageTextToText

SAME, OTHER = [[4, 4, 4]] * 5, [[4, 4, 4], [2, 2, 6]]


def looked(
    base: Path, grids: list[list[int]], *, at_once: bool, attention: str = "sdpa"
) -> tuple[dict[str, bytes], int]:
    """What the tower says and its gradients, and how often torch's attention was called."""
    torch.manual_seed(0)
    model: Any = AutoModelForImageTextToText.from_pretrained(base, attn_implementation=attention)
    if at_once:
        attend_at_once(model)
        model = copy.deepcopy(model)
    calls = 0
    plain = torch.nn.functional.scaled_dot_product_attention

    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        return plain(*args, **kwargs)

    grid = torch.tensor(grids)
    pixels = torch.randn(int(grid.prod(-1).sum()), 3 * 2 * 14 * 14)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.nn.functional, "scaled_dot_product_attention", counted)
        said = model.model.visual(pixels, grid_thw=grid).pooler_output
        (said * torch.randn(said.shape)).sum().backward()
    slopes = {name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None}
    return {name: value.detach().numpy().tobytes() for name, value in {"said": said, **slopes}.items()}, calls


def test_frames_of_one_size(base: Path) -> None:
    apart, calls = looked(base, SAME, at_once=False)
    at_once, fewer = looked(base, SAME, at_once=True)
    assert [name for name in apart if apart[name] != at_once[name]] == []
    assert len(apart) > 20
    assert (calls, fewer) == (2 * 20, 2)


def test_frames_of_several_sizes(base: Path) -> None:
    apart, calls = looked(base, OTHER, at_once=False)
    at_once, as_many = looked(base, OTHER, at_once=True)
    assert apart == at_once
    assert calls == as_many == 2 * 6


def test_another_attention_is_left_alone(base: Path) -> None:
    apart, _ = looked(base, SAME, at_once=False, attention="eager")
    at_once, calls = looked(base, SAME, at_once=True, attention="eager")
    assert apart == at_once
    assert calls == 0


def test_a_saved_model_does_not_tell(base: Path, tmp_path: Path) -> None:
    model: Any = AutoModelForImageTextToText.from_pretrained(base)
    model.save_pretrained(tmp_path / "apart")
    attend_at_once(model)
    model.save_pretrained(tmp_path / "at-once")
    apart, at_once = ((tmp_path / name / "config.json").read_text() for name in ("apart", "at-once"))
    assert apart == at_once

"""Models whose vision tower is frozen, and what it is asked."""

from pathlib import Path
from typing import Any

from transformers import AutoModelForImageTextToText


def frozen(base: Path) -> Any:
    model = AutoModelForImageTextToText.from_pretrained(base).eval()
    model.requires_grad_(False)
    return model


def counted(model: Any) -> list[int]:
    """The clips that each call of the vision tower gets."""
    calls: list[int] = []
    model.model.visual.register_forward_pre_hook(
        lambda _, __, kwargs: calls.append(len(kwargs["grid_thw"])), with_kwargs=True
    )
    return calls

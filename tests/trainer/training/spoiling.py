"""Numbers that are not finite, put where a test wants them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from reprise_trainer.training.progress import ReportProgress
from safetensors.torch import load_file, save_file

NAN, INF = float("nan"), float("inf")


def changed(folder: Path, source: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> Path:
    """A copy of saved weights, with something done to its tensors."""
    shutil.copytree(source, folder)
    [file] = folder.glob("*.safetensors")
    tensors = load_file(file)
    change(tensors)
    save_file(tensors, file, {"format": "pt"})
    return folder


def put(part: str, value: float) -> Callable[[dict[str, torch.Tensor]], None]:
    """One number of the first tensor whose name has a part in it."""

    def change(tensors: dict[str, torch.Tensor]) -> None:
        next(tensor for name, tensor in tensors.items() if part in name).view(-1)[5] = value

    return change


def trained(model: Any) -> torch.Tensor:
    return next(weight for weight in model.parameters() if weight.requires_grad)


def at_step(monkeypatch: pytest.MonkeyPatch, event: str, step: int, do: Callable[[Any, Any], None]) -> None:
    """Do something with model and optimizer when the trainer tells an event of a step."""
    original = getattr(ReportProgress, event)

    def hook(self: Any, args: Any, state: Any, control: Any, **more: Any) -> None:
        original(self, args, state, control, **more)
        # The step is counted only after the optimizer's.
        if state.global_step + (event == "on_optimizer_step") == step:
            do(more["model"], more["optimizer"])

    monkeypatch.setattr(ReportProgress, event, hook)


@torch.no_grad()
def spoil(model: Any, value: float = NAN) -> None:
    trained(model).view(-1)[3] = value

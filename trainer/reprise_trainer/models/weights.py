"""Weights whose numbers are all finite, or the name of the tensor that has others."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from ..job.errors import StepError
from ..job.job import Job
from ..processes import ranks

Named = Iterable[tuple[str, torch.Tensor]]

# Inputs of a step that hold weights.
HOLDING = ("model", "adapter")
# What the optimizer keeps in a checkpoint, as transformers and accelerate name it.
OPTIMIZER = ("optimizer.pt", "optimizer.bin")


def odd_numbers(tensor: torch.Tensor) -> str | None:
    """What of a tensor is not finite, such as "2 NaN among 64 numbers"; None where all is, or for integers."""
    if not tensor.is_floating_point() or tensor.numel() == 0:
        return None
    # Eight bits have no comparison of their own.
    wide = tensor.float() if tensor.element_size() == 1 else tensor
    # One pass without a copy, at the memory's speed; NaN comes out as least and greatest.
    if all(math.isfinite(end) for end in torch.aminmax(wide)):
        return None
    counts = {"NaN": int(wide.isnan().sum()), "infinite": int(wide.isinf().sum())}
    said = " and ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    return f"{said} among {tensor.numel()} numbers"


def first_odd(named: Named) -> str | None:
    """The first tensor with numbers that are not finite, and which; None where there is none."""
    for name, tensor in named:
        odd = odd_numbers(tensor)
        if odd is not None:
            return f"'{name}' has {odd}"
    return None


def require_finite_inputs(job: Job) -> None:
    """Refuse a model or adapter with numbers that are not finite, before it is loaded.

    In the files, because a tensor that is quantised or cast while it is loaded may hide them. Raises StepError.
    """
    advice = "Look at the step that made it: its training has diverged. Or fetch it again."
    for name in HOLDING:
        if name in job.inputs and ranks.is_main():
            files = _weight_files(Path(job.inputs[name]))
            _require_finite(files, "model", f"The step's '{name}' cannot be used", advice)


def require_finite_output(folder: Path, advice: str) -> None:
    """Do not let weights be published where a number is not finite. Raises StepError with the advice.

    In the files, because casting them while they are saved may have made it so.
    """
    _require_finite(_weight_files(folder), "nan", "What the step made is not published", advice)


def require_finite_checkpoint(folder: Path, code: str, advice: str) -> None:
    """Refuse a checkpoint whose weights or optimizer have a number that is not finite. Raises StepError."""
    optimizer = [folder / name for name in OPTIMIZER if (folder / name).exists()]
    files = dict.fromkeys([*_weight_files(folder), *optimizer])
    _require_finite(files, code, f"Checkpoint '{folder.name}' cannot be used", advice)


def _require_finite(files: Iterable[Path], code: str, what: str, advice: str) -> None:
    for file in files:
        odd = first_odd(_tensors(file))
        if odd is not None:
            raise StepError(code, f"{what}: in {file.name} {odd}. {advice}")


def _weight_files(folder: Path) -> list[Path]:
    """Those that from_pretrained reads: the older format only where there is no other."""
    return sorted(folder.glob("*.safetensors")) or [
        file for file in sorted(folder.glob("*.bin")) if file.name != "training_args.bin"
    ]


def _tensors(file: Path) -> Iterator[tuple[str, torch.Tensor]]:
    if file.suffix != ".safetensors":
        # Only the newer format of torch.save can stay on the disk.
        content = torch.load(file, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(file))
        yield from _inside(content, "")
        return
    try:
        with safe_open(file, framework="pt") as opened:
            # No dictionary: it cannot be gone through without its keys.
            for name in opened.keys():  # noqa: SIM118
                yield name, opened.get_tensor(name)
    except SafetensorError as error:
        said = f"'{file.name}' cannot be read as weights ({error}). Make or fetch it again."
        raise StepError("model", said) from error


def _inside(content: Any, name: str) -> Iterator[tuple[str, torch.Tensor]]:
    if isinstance(content, torch.Tensor):
        yield name, content
    elif isinstance(content, dict):
        for key, value in content.items():
            yield from _inside(value, f"{name}.{key}" if name else str(key))

"""Merging an adapter into its base, checked on a probe and by loading the result again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from peft.tuners.lora import LoraLayer

from ..job.errors import StepError
from ..job.events import Events
from ..models.family import Family
from ..models.loading import load_model
from ..models.weights import require_finite_output
from . import gates

# Logit difference allowed between base + adapter and the merged weights: rounding of one addition per layer.
TOLERANCE = {"float32": 1e-3, "bfloat16": 0.5}


def merge_and_check(
    peft_model: Any, events: Events, *, family: Family, source: str, frames: int, directory: Path
) -> float:
    """Merge, save with the processor, load whole again and compare; returns the largest logit difference."""
    peft_model.eval()
    probe = family.probe(family.load_processor(source, frames), frames)
    probe = {name: value.to(peft_model.device) for name, value in probe.items()}
    # Taken before the merge, and not from a copy: a trainer's model carries hooks that a copy shares.
    expected = logits(peft_model, probe)
    merged = merge(peft_model)
    merged.save_pretrained(directory)
    require_finite_output(directory, "Adapter or base has numbers that are too large: look at the training of either.")
    family.load_processor(source, frames).save_pretrained(directory)
    # In the numbers of the training: the tolerance is theirs.
    dtype = str(merged.dtype).removeprefix("torch.")
    reloaded = load_model(family, str(directory), dtype)
    try:
        again = family.probe(family.load_processor(str(directory), frames), frames)
    except (OSError, ValueError, TypeError) as error:
        raise StepError(
            "gate", f"The merged model's folder has no whole processor, so no later stage could load it: {error}"
        ) from error
    if any(not torch.equal(again[name], probe[name].cpu()) for name in probe):
        raise StepError("gate", "The merged model's processor prepares the probe differently from the base's.")
    return gates.logits_agree(expected, logits(reloaded, probe), TOLERANCE[dtype], events)


def merge(peft_model: Any) -> Any:
    """The base with the adapter's weights added. Raises StepError with the layer whose sum is not finite."""
    try:
        return peft_model.merge_and_unload(safe_merge=True)
    except ValueError as error:
        # PEFT merges layer after layer, and says only that one failed: it is the first that is left.
        left = [name for name, layer in peft_model.named_modules() if isinstance(layer, LoraLayer) and not layer.merged]
        if not left or "NaN" not in str(error):
            raise
        raise StepError(
            "gate",
            f"The sum of base and adapter is not finite in '{left[0]}': the numbers of one of them are too large. "
            "Look at the training of either.",
        ) from error


@torch.no_grad()
def logits(model: Any, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """The model's logits on a batch, in float32."""
    return model(**batch).logits.float().cpu()

"""The real architecture on the meta device, and its weights by what is done with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from transformers import BitsAndBytesConfig

from ..job.errors import StepError
from ..models.families import FAMILIES
from ..models.family import Architecture
from ..models.hub import split
from ..models.lora import require_all_targets


def architecture(model: str) -> Architecture:
    """The dimensions of a model on the hub. Raises StepError for one that is not known to any family."""
    name, _ = split(model)
    known = {name: dimensions for family in FAMILIES.values() for name, dimensions in family.architectures.items()}
    if name not in known:
        names = ", ".join(known)
        raise StepError("model", f"The dimensions of '{name}' are not known to preflight; it knows: {names}.")
    return known[name]


@dataclass(frozen=True)
class Counts:
    """Numbers of weights by what is done with them."""

    total: int
    trainable: int
    quantised: int


def count(dimensions: Architecture, lora: Any, quantisation: BitsAndBytesConfig | None) -> Counts:
    """Count the full model's weights, with the libraries' own choice of layers to quantise and to adapt.

    Raises StepError when the built model has another number of weights than is known, or not all modules to adapt.
    """
    import bitsandbytes as bnb
    from peft import get_peft_model
    from transformers.integrations.bitsandbytes import replace_with_bnb_linear
    from transformers.quantizers.base import get_keys_to_not_convert

    with torch.device("meta"):
        model = dimensions.build(torch.bfloat16)
    total = sum(parameter.numel() for parameter in model.parameters())
    if total != dimensions.parameters:
        raise StepError("model", f"The built model has {total} weights, known are {dimensions.parameters}.")
    quantised = 0
    if quantisation is not None:
        replace_with_bnb_linear(model, get_keys_to_not_convert(model), quantisation)
        quantised = sum(m.weight.numel() for m in model.modules() if isinstance(m, bnb.nn.Linear4bit))
    if lora is not None:
        model = get_peft_model(model, lora)
        require_all_targets(model)
    trainable = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    return Counts(total, trainable, quantised)

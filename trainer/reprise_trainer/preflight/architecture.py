"""The real architecture on the meta device, from dimensions that stand in architectures.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import BitsAndBytesConfig, Qwen2VLConfig, Qwen2VLForConditionalGeneration
from transformers.initialization import no_init_weights

from ..job.errors import StepError
from ..models.hub import split
from ..models.lora import require_all_targets

ARCHITECTURES: dict[str, Any] = json.loads(Path(__file__).with_name("architectures.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Architecture:
    """Dimensions of a Qwen2-VL. `parameters` is the known number of weights, which the built model must have."""

    parameters: int
    text: dict[str, Any]
    vision: dict[str, Any]

    def config(self, layers: int | None = None, depth: int | None = None) -> Qwen2VLConfig:
        """transformers' config, with other numbers of layers of the language model and the vision tower if given."""
        return Qwen2VLConfig(
            text_config={**self.text, "num_hidden_layers": layers or self.text["num_hidden_layers"]},
            vision_config={**self.vision, "depth": depth or self.vision["depth"]},
            # The released ids; a small vocabulary has none so high.
            image_token_id=min(151655, self.text["vocab_size"] - 1),
            tie_word_embeddings=False,
        )


def architecture(model: str) -> Architecture:
    """The dimensions of a model on the hub. Raises StepError for one that is not known here."""
    name, _ = split(model)
    if name not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise StepError("model", f"The dimensions of '{name}' are not known to preflight; it knows: {known}.")
    return Architecture(**ARCHITECTURES[name])


def build(config: Qwen2VLConfig, dtype: torch.dtype = torch.bfloat16, attention: str | None = None) -> Any:
    """A model without initialisation, on whatever device or tensor mode is active."""
    chosen = {} if attention is None else {"attn_implementation": attention}
    with no_init_weights():
        return Qwen2VLForConditionalGeneration._from_config(config, dtype=dtype, **chosen)


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
        model = build(dimensions.config())
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

"""An adapter of scale 1 is added as it is: PEFT multiplies by that 1 first, and in the backward pass again."""

from __future__ import annotations

from typing import Any

import torch
from peft.tuners.lora import Linear


def leave_unscaled(trainer: Any) -> None:
    """Let a training on the CPU add adapters of scale 1 to what their layer says, in its place: the same numbers."""
    if not trainer.args.use_cpu:
        return
    for layer in trainer.model.modules():
        if type(layer) is Linear and type(layer.base_layer) is torch.nn.Linear and not layer.lora_variant:
            # Not a function of the layer's own: a copy of the layer would have that of the first one.
            layer.__class__ = Unscaled


class Unscaled(Linear):
    """PEFT's, of plain LoRA."""

    def forward(self, x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        """`x` [rows, tokens, width]. Asked for anything else than one adapter of scale 1, it does as PEFT."""
        adapters = self.active_adapters
        if args or kwargs or self.disable_adapters or self.merged or len(adapters) != 1 or not self._adds(x, *adapters):
            return super().forward(x, *args, **kwargs)
        (name,) = adapters
        # No gradient asks what the layer said by itself.
        return self.base_layer(x).add_(self.lora_B[name](self.lora_A[name](self.lora_dropout[name](x))))

    def _adds(self, x: torch.Tensor, name: str) -> bool:
        if self.scaling.get(name) != 1.0 or self.lora_variant or torch.is_autocast_enabled("cpu"):
            return False
        weights = (self.base_layer.weight, self.lora_A[name].weight, self.lora_B[name].weight)
        return all(weight.dtype == x.dtype for weight in weights)

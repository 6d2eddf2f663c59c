"""Weights of four bits are unpacked anew for each product, forward and backward: those of a small model once."""

from __future__ import annotations

from typing import Any

import torch

# Of all unpacked weights together: more would take the memory that four bits were chosen to save.
MOST_BYTES = 2**26


def keep_unpacked(trainer: Any) -> None:
    """Let a training on the CPU keep its model's frozen weights of four bits unpacked, where they are few.

    Only in full precision, and where bitsandbytes multiplies by torch's own kernels, as in a portable training: then
    what comes out is the same. The packed weights stay where they are, for checkpoints.
    """
    if not trainer.args.use_cpu or trainer.args.bf16 or trainer.args.fp16:
        return
    layers = _packed(trainer.model)
    if layers and not _own_kernels() and sum(_bytes(layer) for layer in layers) <= MOST_BYTES:
        for layer in layers:
            _unpack(layer)


def _packed(model: Any) -> list[Any]:
    try:
        from bitsandbytes.nn import Linear4bit
    except ImportError:
        return []
    layers = [part for part in model.modules() if isinstance(part, Linear4bit)]
    return layers if all(_is_exact(layer) for layer in layers) else []


def _is_exact(layer: Any) -> bool:
    state = layer.weight.quant_state
    if state is None or len(state.shape) != 2 or layer.weight.requires_grad:
        return False
    biased = layer.bias is not None and (layer.bias.dtype != torch.float32 or layer.bias.requires_grad)
    return state.dtype == torch.float32 and layer.compute_dtype in (None, torch.float32) and not biased


def _bytes(layer: Any) -> int:
    rows, columns = layer.weight.quant_state.shape
    return 4 * rows * columns


def _own_kernels() -> bool:
    from bitsandbytes import cextension

    return not isinstance(cextension.lib, cextension.ErrorHandlerMockBNBNativeLibrary)


def _unpack(layer: Any) -> None:
    from bitsandbytes.functional import dequantize_4bit

    packed = layer.forward
    weight = dequantize_4bit(layer.weight.data.view(-1, 1), layer.weight.quant_state)

    def forward(given: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.linear(given, weight, layer.bias) if given.dtype == weight.dtype else packed(given)

    layer.forward = forward

"""Models from a directory or the hub, on what this machine has."""

from __future__ import annotations

from typing import Any

import torch
from transformers import BitsAndBytesConfig

from ..processes import ranks
from .family import Family


def on_gpu() -> bool:
    """Whether training runs on a CUDA device."""
    return torch.cuda.is_available()


def model_dtype() -> str:
    """bfloat16 on a GPU (released code), float32 on a CPU, where bfloat16 is slower and coarser."""
    return "bfloat16" if on_gpu() else "float32"


def init_kwargs(quantization: str, dtype: str | None = None, attention: str | None = None) -> dict[str, Any]:
    """Arguments for from_pretrained. "4-bit" is nf4 with double quantisation (released code).

    `dtype` is torch's name, this machine's by default; without `attention` transformers chooses the implementation.
    """
    dtype = dtype or model_dtype()
    kwargs: dict[str, Any] = {"dtype": dtype}
    if attention is not None:
        kwargs["attn_implementation"] = attention
    if quantization == "4-bit":
        kwargs["device_map"] = {"": ranks.local_rank() if on_gpu() else "cpu"}
        kwargs["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=getattr(torch, dtype),
        )
    return kwargs


def load_model(family: Family, path: str, dtype: str | None = None) -> Any:
    """An unquantised model in evaluation mode; `dtype` is torch's name, this machine's by default."""
    model = family.load_model(path, dtype or model_dtype()).eval()
    return model.to("cuda") if on_gpu() else model

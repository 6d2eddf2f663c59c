"""What no count gives: read off one GPU, and said where it is taken. measured.json has the numbers and their source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

MEASURED: dict[str, Any] = json.loads(Path(__file__).with_name("measured.json").read_text(encoding="utf-8"))


def overhead(processes: int) -> float:
    """Bytes beside all tensors: CUDA's context; with several processes what they send through, which is assumed."""
    return MEASURED["context_bytes"] + (MEASURED["communication_bytes"] if processes > 1 else 0.0)


def training_holes(tensors: float) -> float:
    """Bytes that torch's allocator holds beside those of the tensors of a training."""
    return MEASURED["training_holes"] * tensors


def cache_holes(cache: float) -> float:
    """Bytes that a KV cache leaves free behind it while it grows: each token copies it to a larger place."""
    return MEASURED["cache_holes"] * cache


def share_of_speed(quantization: str) -> float:
    """Of the data sheet's dense bfloat16 speed: what reading and training reach; "4-bit" with one row a batch."""
    return MEASURED["share_of_speed"][quantization]


def token_seconds(layers: int, adapter: bool) -> float:
    """Seconds to make the next token of all rows of a batch: the processor's time to ask the GPU for it.

    Measured with 8 rows without and 32 rows with an adapter: so few do not fill the GPU.
    """
    return MEASURED["token_seconds_a_layer"]["adapter" if adapter else "plain"] * layers

"""Memory of one GPU by part, in bytes.

Activations are counted on the real code; most of the rest follows from numbers of weights, and what the allocator holds
beside it was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..models.family import Architecture
from .architecture import Counts
from .fake_step import Batch, Step
from .measured import cache_holes, training_holes

Parts = dict[str, float]


@dataclass(frozen=True)
class Numbers:
    """What the weights that are not trained are kept in: bfloat16, or float32."""

    in_bf16: bool = True

    @property
    def bytes(self) -> float:
        """Bytes of one."""
        return 2.0 if self.in_bf16 else 4.0

    @property
    def name(self) -> str:
        """torch's name."""
        return "bfloat16" if self.in_bf16 else "float32"


HALF = Numbers()


def nf4(weights: int) -> float:
    """bitsandbytes' nf4 with double quantisation: half a byte, one per 64 weights, four per 64 * 256."""
    return weights * (0.5 + 1 / 64 + 4 / (64 * 256))


def kv_cache(dimensions: Architecture, tokens: int) -> float:
    """Keys and values of all layers in bfloat16."""
    text = dimensions.text
    head = text["hidden_size"] // text["num_attention_heads"]
    return 2.0 * tokens * 2 * text["num_hidden_layers"] * text["num_key_value_heads"] * head


def weights(counts: Counts, numbers: Numbers = HALF) -> Parts:
    """What is not trained: 4-bit where quantised, else whole numbers."""
    frozen = counts.total - counts.quantised
    quantised = {"weights, nf4": nf4(counts.quantised)} if counts.quantised else {}
    return {**quantised, f"weights, {numbers.name}": numbers.bytes * frozen}


def frames(batch: Batch, rows: int | None = None) -> Parts:
    """The processor's values of a batch, or of other rows like it, in float32."""
    return {"frames, float32": 4.0 * (rows or batch.rows) * batch.clip.values}


def with_holes(parts: Parts) -> Parts:
    """The parts of a training and what the allocator holds beside them."""
    return {**parts, "held free by torch (measured)": training_holes(sum(parts.values()))}


def adapter_training(
    dimensions: Architecture, counts: Counts, step: Step, processes: int, numbers: Numbers = HALF
) -> Parts:
    """An adapter in float32 on frozen weights, on each GPU; AdamW keeps two float32 moments."""
    trained = counts.trainable
    text = dimensions.text
    layer = {"one layer dequantised": 2.0 * text["hidden_size"] * text["intermediate_size"]}
    return {
        **weights(counts, numbers),
        "adapter, float32": 4.0 * trained,
        "optimizer, 2 x float32": 8.0 * trained,
        "gradients": step.gradients,
        "activations and loss": step.peak,
        **(layer if counts.quantised else {}),
        **({"gradient buckets": 4.0 * trained} if processes > 1 else {}),
    }


def full_training(
    dimensions: Architecture, counts: Counts, step: Step, processes: int, *, sharding: str, numbers: Numbers = HALF
) -> Parts:
    """All weights. In float32 without ZeRO stage 3, which divides 2 + 2 + 12 bytes a weight (arXiv 1910.02054)."""
    if sharding == "zero-3":
        return {
            f"weights, {numbers.name}, sharded": numbers.bytes * counts.total / processes,
            f"gradients, {numbers.name}, sharded": numbers.bytes * counts.total / processes,
            "optimizer, 3 x float32, sharded": 12.0 * counts.total / processes,
            "activations and loss": step.peak,
            # DeepSpeed's defaults: stage3_max_live_parameters 1e9, two buckets of 5e8 elements.
            "gathered weights and buckets (assumed)": numbers.bytes * (1e9 + 2 * 5e8),
        }
    divided = processes if sharding == "fsdp" else 1
    said = ", sharded" if sharding == "fsdp" else ""
    return {
        f"weights, float32{said}": 4.0 * counts.total / divided,
        f"gradients, float32{said}": 4.0 * counts.total / divided,
        f"optimizer, 2 x float32{said}": 8.0 * counts.total / divided,
        "activations and loss": step.peak,
        **_between_processes(dimensions, counts, processes, sharding, numbers),
    }


def _between_processes(
    dimensions: Architecture, counts: Counts, processes: int, sharding: str, numbers: Numbers
) -> Parts:
    """What is sent and gathered: all gradients by DDP; by FSDP2 what is in no layer, and two layers with gradients."""
    if sharding == "fsdp":
        text = dimensions.text
        outside = 2 * text["vocab_size"] * text["hidden_size"]
        layer = (counts.total - outside) / text["num_hidden_layers"]
        return {"gathered weights and gradients (assumed)": 2 * numbers.bytes * (outside + 2 * layer)}
    return {"gradient buckets": 4.0 * counts.total} if processes > 1 else {}


def reference(counts: Counts, processes: int, sharding: str, numbers: Numbers = HALF) -> Parts:
    """The frozen second copy of a full training with a KL term; an adapter is only switched off."""
    if sharding == "none":
        return {f"reference weights, {numbers.name}": numbers.bytes * counts.total}
    return {f"reference weights, {numbers.name}, sharded": numbers.bytes * counts.total / processes}


def generation(
    dimensions: Architecture, prompts: Batch, completion: int, reading: Step, numbers: Numbers = HALF
) -> Parts:
    """Replies of at most `completion` tokens to a batch of prompts, which `reading` takes in."""
    of_prompts = prompts.clip.tokens + prompts.text
    cache, read = (
        kv_cache(dimensions, prompts.rows * tokens) * numbers.bytes / 2
        for tokens in (of_prompts + completion, of_prompts)
    )
    return {
        "KV cache": cache,
        # The worst moment is either the end of reading, when the cache holds the prompts, or that of the replies.
        "activations and logits": max(0.0, reading.peak + read - cache),
        "held free by torch (measured)": cache_holes(cache),
    }


def gathered(counts: Counts, sharding: str, numbers: Numbers = HALF) -> Parts:
    """Weights that are divided among GPUs are whole on each while it generates."""
    return {} if sharding == "none" else {"whole weights gathered": numbers.bytes * counts.total}


def checkpoint(counts: Counts, trained_all: bool) -> float:
    """Bytes of one checkpoint: what is trained, in float32, with AdamW's moments."""
    return 12.0 * (counts.total if trained_all else counts.trainable)


def without(parts: Parts, *names: str) -> dict[str, Any]:
    """The parts but those whose names begin so."""
    return {name: size for name, size in parts.items() if not name.startswith(names)}

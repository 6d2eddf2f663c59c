"""Memory of one GPU by part, in bytes. Activations are measured; the rest follows from numbers of weights."""

from __future__ import annotations

from typing import Any

from .architecture import Architecture, Counts
from .fake_step import Step

Parts = dict[str, float]


def nf4(weights: int) -> float:
    """bitsandbytes' nf4 with double quantisation: half a byte, one per 64 weights, four per 64 * 256."""
    return weights * (0.5 + 1 / 64 + 4 / (64 * 256))


def kv_cache(dimensions: Architecture, tokens: int) -> float:
    """Keys and values of all layers in bfloat16."""
    text = dimensions.text
    head = text["hidden_size"] // text["num_attention_heads"]
    return 2.0 * tokens * 2 * text["num_hidden_layers"] * text["num_key_value_heads"] * head


def weights(counts: Counts) -> Parts:
    """What is not trained: 4-bit where quantised, else bfloat16."""
    frozen = counts.total - counts.quantised
    return {**({"weights, nf4": nf4(counts.quantised)} if counts.quantised else {}), "weights, bfloat16": 2.0 * frozen}


def adapter_training(dimensions: Architecture, counts: Counts, step: Step, processes: int) -> Parts:
    """An adapter in float32 on frozen weights, on each GPU; AdamW keeps two float32 moments."""
    trained = counts.trainable
    text = dimensions.text
    layer = {"one layer dequantised": 2.0 * text["hidden_size"] * text["intermediate_size"]}
    return {
        **weights(counts),
        "adapter, float32": 4.0 * trained,
        "optimizer, 2 x float32": 8.0 * trained,
        "gradients": step.gradients,
        "activations and loss": step.peak,
        **(layer if counts.quantised else {}),
        **({"gradient buckets": 4.0 * trained} if processes > 1 else {}),
    }


def full_training(counts: Counts, step: Step, processes: int, sharding: str) -> Parts:
    """All weights. Unsharded in float32; ZeRO stage 3 divides 2 + 2 + 12 bytes a weight (arXiv 1910.02054)."""
    if sharding == "none":
        return {
            "weights, float32": 4.0 * counts.total,
            "gradients, float32": 4.0 * counts.total,
            "optimizer, 2 x float32": 8.0 * counts.total,
            "activations and loss": step.peak,
            **({"gradient buckets": 4.0 * counts.total} if processes > 1 else {}),
        }
    return {
        "weights, bfloat16, sharded": 2.0 * counts.total / processes,
        "gradients, bfloat16, sharded": 2.0 * counts.total / processes,
        "optimizer, 3 x float32, sharded": 12.0 * counts.total / processes,
        "activations and loss": step.peak,
        # DeepSpeed's defaults: stage3_max_live_parameters 1e9, two buckets of 5e8 elements.
        "gathered weights and buckets (assumed)": 2.0 * 1e9 + 2 * 2 * 5e8,
    }


def reference(counts: Counts, processes: int, sharding: str) -> Parts:
    """The frozen second copy of a full training with a KL term; an adapter is only switched off."""
    if sharding == "none":
        return {"reference weights, bfloat16": 2.0 * counts.total}
    return {"reference weights, bfloat16, sharded": 2.0 * counts.total / processes}


def rollout(dimensions: Architecture, counts: Counts, tokens: int, sharding: str) -> Parts:
    """Generation of completions: `tokens` of all rows of a device."""
    whole = {"whole weights gathered": 2.0 * counts.total} if sharding != "none" else {}
    return {**whole, "KV cache": kv_cache(dimensions, tokens)}


def checkpoint(counts: Counts, trained_all: bool) -> float:
    """Bytes of one checkpoint: what is trained, in float32, with AdamW's moments."""
    return 12.0 * (counts.total if trained_all else counts.trainable)


def without(parts: Parts, *names: str) -> dict[str, Any]:
    """The parts but those whose names begin so."""
    return {name: size for name, size in parts.items() if not name.startswith(names)}

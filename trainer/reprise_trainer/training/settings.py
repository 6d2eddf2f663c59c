"""Settings of a training that cannot be: together, for what is trained, or on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from ..job.errors import StepError
from ..models.loading import on_gpu
from ..processes import ranks


def require_sense(params: dict[str, Any]) -> None:
    """Refuse settings that are wrong on any machine. Raises StepError."""
    sharding = params.get("sharding", "none")
    if sharding != "none" and params.get("quantization", "none") == "4-bit":
        raise StepError(
            "model",
            f"4-bit weights cannot be divided: set 'quantization: none', or 'sharding: none' instead of {sharding}.",
        )
    if params.get("rollouts", "transformers") != "transformers":
        # TRL hands vLLM the filmstrip as {"image": …}, and vLLM prepares it by a processor of its own.
        raise StepError(
            "gate",
            "With 'rollouts: vllm-colocate' completions would come from another input than the loss: vLLM sees a clip "
            "as one tall picture. Use 'rollouts: transformers'.",
        )


def require_here(params: dict[str, Any]) -> None:
    """Refuse settings that this machine cannot follow, before anything is loaded. Raises StepError."""
    for setting, package in _packages(params):
        if find_spec(package.replace("-", "_")) is None:
            raise StepError(
                "environment",
                f"'{setting}' needs the Python package {package}, which is not installed. Install it beside the "
                "trainer's packages, or choose another setting.",
            )
        if not on_gpu():
            raise StepError("environment", f"'{setting}' needs a GPU: ask for one with 'resources: {{ gpu: 1 }}'.")
    sharding = params.get("sharding", "none")
    if sharding != "none" and not (on_gpu() and ranks.count() > 1):
        raise StepError(
            "environment",
            f"'sharding: {sharding}' divides the weights among several GPUs: ask for them with "
            "'resources: { gpu: 4 }', or set 'sharding: none'.",
        )


def _packages(params: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if params.get("attention") == "flash-attention-2":
        yield "attention: flash-attention-2", "flash-attn"
    if params.get("rollouts") == "vllm-colocate":
        yield "rollouts: vllm-colocate", "vllm"
    if params.get("sharding") == "zero-3":
        yield "sharding: zero-3", "deepspeed"

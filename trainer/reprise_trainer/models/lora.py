"""Adapters: what is asked for, and whether the model has it."""

from __future__ import annotations

from typing import Any

from peft import LoraConfig, PeftModel

from ..job.errors import StepError


def lora_config(params: dict[str, Any]) -> LoraConfig:
    """Table 6: rank, alpha, dropout; target modules from the released code."""
    return LoraConfig(
        r=params["lora_rank"],
        lora_alpha=params["lora_alpha"],
        lora_dropout=params["lora_dropout"],
        target_modules=params["lora_target_modules"],
        bias="none",
        task_type="CAUSAL_LM",
    )


def require_all_targets(model: Any) -> None:
    """Refuse an adapter that leaves out a module that was asked for: PEFT passes over names that nothing has.

    Raises StepError with those names. A model without an adapter passes.
    """
    if not isinstance(model, PeftModel):
        return
    tuner: Any = model.base_model
    config: Any = model.peft_config["default"]
    adapted: list[str] = tuner.targeted_module_names
    asked: set[str] = config.target_modules
    without = sorted(name for name in asked if not any(one == name or one.endswith(f".{name}") for one in adapted))
    if without:
        raise StepError(
            "model",
            f"No module of the model is called {', '.join(map(repr, without))}, as 'lora_target_modules' asks; adapted "
            f"would be only {', '.join(sorted({one.rsplit('.', 1)[-1] for one in adapted}))}.",
        )

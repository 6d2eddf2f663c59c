"""The families that are known, and which one a model is of."""

from __future__ import annotations

import json
from pathlib import Path

from ..job.errors import StepError
from .family import Family
from .qwen2_vl.family import Qwen2VL

FAMILIES: dict[str, Family] = {family.model_type: family for family in (Qwen2VL(),)}


def named(model_type: str) -> Family:
    """The family of a `model_type`. Raises KeyError for one that is not known."""
    return FAMILIES[model_type]


def of_model(folder: str | Path) -> Family:
    """The family of a model's folder, by its config.json. Raises StepError "model" where that names none of ours."""
    file = Path(folder) / "config.json"
    known = ", ".join(FAMILIES)
    if not file.exists():
        raise StepError("model", f"The model has no config.json, so its family is not known. Known are: {known}.")
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StepError("model", f"The model's config.json cannot be read: {error}. Make or fetch it again.") from error
    model_type = config.get("model_type") if isinstance(config, dict) else None
    if not isinstance(model_type, str) or model_type not in FAMILIES:
        said = "names no model_type" if model_type is None else f"names the model_type {model_type!r}"
        raise StepError(
            "model", f"The model's config.json {said}; known are: {known}. Choose a model of one of these families."
        )
    return FAMILIES[model_type]

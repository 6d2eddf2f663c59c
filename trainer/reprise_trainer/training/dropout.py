"""Whether a model draws numbers while it is trained."""

from __future__ import annotations

from typing import Any

import torch


def drops(model: Any) -> bool:
    """Whether a module of it drops values at random, by a layer of its own or within attention."""
    modules = any(isinstance(part, torch.nn.Dropout) and part.p > 0 for part in model.modules())
    return modules or any((getattr(part, "attention_dropout", None) or 0.0) > 0 for part in model.modules())

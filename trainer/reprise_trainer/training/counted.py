"""How many parameters a model has is asked at each batch, for a count of operations in the trainer's state."""

from __future__ import annotations

from functools import cache
from typing import Any


def count_once(trainer: Any) -> None:
    """Let a trainer's model answer from what it counted: a training changes values, not numbers, of parameters."""
    trainer.model.num_parameters = cache(trainer.model.num_parameters)

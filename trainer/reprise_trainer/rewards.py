"""Rewards of GRPO. Each takes TRL's arguments and gives one number in [0, 1] per completion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .answers import parse_answer

Reward = Callable[..., list[float | None]]


def accuracy_reward(completions: list[Any], solution: list[str], **_: Any) -> list[float | None]:
    """1 for the gold letter in a well-formed answer, else 0."""
    return [
        float(parse_answer(completion[0]["content"]) == gold)
        for completion, gold in zip(completions, solution, strict=True)
    ]


def format_reward(completions: list[Any], **_: Any) -> list[float | None]:
    """1 for a well-formed answer whatever its letter, else 0."""
    return [float(parse_answer(completion[0]["content"]) is not None) for completion in completions]


REWARDS: dict[str, Reward] = {"accuracy": accuracy_reward, "format": format_reward}

"""Rewards of GRPO. Each takes TRL's arguments and gives one number in [0, 1] per completion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..data.answers import tagged_letter, well_formed

Reward = Callable[..., list[float | None]]


def accuracy_reward(
    completions: list[Any], solution: list[str], options: list[list[str]], **_: Any
) -> list[float | None]:
    """1 for the gold letter in the answer tag, else 0. Released code: the tag's first character alone."""
    return [
        float(tagged_letter(completion[0]["content"], choices) == gold)
        for completion, gold, choices in zip(completions, solution, options, strict=True)
    ]


def format_reward(completions: list[Any], **_: Any) -> list[float | None]:
    """1 for [<think>…</think>]<answer>X</answer> and nothing else, whatever the letter; else 0."""
    return [float(well_formed(completion[0]["content"])) for completion in completions]


REWARDS: dict[str, Reward] = {"accuracy": accuracy_reward, "format": format_reward}

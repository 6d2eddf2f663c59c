"""The order of a resumed GRPO training's prompts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch


def keep_order(trainer: Any, resume: Path | None) -> None:
    """Let a resumed GRPOTrainer draw its prompts in the order of an undisturbed one.

    TRL's sampler draws each epoch's order from one generator. A resumed trainer begins with a fresh one, and would
    go through its first epoch with the order of the very first: harmless in a training of one epoch, wrong in others.
    The orders of the epochs that are over are drawn and dropped.
    """
    if resume is None:
        return
    over = int(json.loads((resume / "trainer_state.json").read_text(encoding="utf-8"))["epoch"])
    make_sampler = trainer._get_train_sampler

    def sampler(dataset: Any = None) -> Any:
        made = make_sampler(dataset)
        for _ in range(over):
            torch.randperm(made.num_samples, generator=made.generator)
        return made

    trainer._get_train_sampler = sampler

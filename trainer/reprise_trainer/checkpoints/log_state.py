"""What a trainer has gathered since its last log line, kept in checkpoints: a resumed run logs the same numbers."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback

from ..processes import ranks


def file_name() -> str:
    """Each process has sums of its own, such as the loss of its rows."""
    return ranks.own_file("log_state", ".json")


class KeepLogState(TrainerCallback):
    """Saves and restores the running sums of transformers' Trainer and of TRL's trainers, which they do not save.

    Without it the first log line after a resume is a mean over fewer steps than in an undisturbed run. The attributes
    are the libraries' own, of the pinned versions; a test compares a resumed run's metrics with an undisturbed one's.
    """

    def __init__(self, trainer: Any, resume: Path | None) -> None:
        self._trainer = trainer
        self._resume = resume

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """The trainer has set its sums to zero; a checkpoint of weights alone has none."""
        file = self._resume / file_name() if self._resume else None
        if file is None or not file.exists():
            return
        saved = json.loads(file.read_text(encoding="utf-8"))
        trainer = self._trainer
        trainer._tr_loss = torch.tensor(saved["loss"], device=trainer._tr_loss.device)
        trainer._globalstep_last_logged = saved["last_logged"]
        trainer._total_train_tokens = saved["tokens"]
        trainer._metrics["train"] = defaultdict(list, saved["metrics"])

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """The trainer has written its own files of a checkpoint."""
        trainer = self._trainer
        content = {
            "loss": trainer._tr_loss.item(),
            "last_logged": trainer._globalstep_last_logged,
            "tokens": trainer._total_train_tokens,
            "metrics": trainer._metrics["train"],
        }
        file = Path(args.output_dir) / f"checkpoint-{state.global_step}" / file_name()
        file.write_text(json.dumps(content), encoding="utf-8")

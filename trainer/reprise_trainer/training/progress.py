"""Progress and metrics of a trainer, as events."""

from __future__ import annotations

import math
from typing import Any

from transformers import TrainerCallback

from ..job.errors import StepError
from ..job.events import Events


class ReportProgress(TrainerCallback):
    """Turns the trainer's steps and log lines into events."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._left_out: set[str] = set()

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """The number of planned steps is known."""
        self._events.progress(state.global_step, state.max_steps, "step")

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """One optimizer step is done."""
        self._events.progress(state.global_step, state.max_steps, "step")

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
        """The trainer logged metrics."""
        self._events.metrics(state.global_step, logs or {})
        for name, value in (logs or {}).items():
            if isinstance(value, float) and not math.isfinite(value) and name not in self._left_out:
                self._left_out.add(name)
                self._events.note(f"{name} is {value} at step {state.global_step}: it is left out of the metrics")
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            raise StepError(
                "nan",
                f"The loss is {loss} at step {state.global_step}: the training has diverged. Lower the learning rate, "
                "or look for broken rows.",
            )

"""Checkpoints that can be trusted: complete only once our marker, written last, lists every file."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from ..job.errors import StepError
from ..job.events import Events
from ..job.job import Checkpointing
from ..models.weights import require_finite_checkpoint
from ..processes import ranks, stop
from .log_state import KeepLogState

MARKER = "reprise-checkpoint.json"
NEEDED = ("optimizer.pt", "scheduler.pt", "trainer_state.json")
# DeepSpeed keeps optimizer and schedule in a folder that its file `latest` names.
DEEPSPEED = ("latest", "trainer_state.json")
# FSDP2's whole state, as accelerate names it.
FSDP = ("optimizer.bin", "scheduler.pt", "trainer_state.json")


def write_marker(directory: Path, step: int, checkpointing: Checkpointing) -> None:
    """List every file of a checkpoint with size and SHA-256; written aside, then renamed."""
    files = [
        {"path": path.relative_to(directory).as_posix(), "bytes": path.stat().st_size, "sha256": _sha256(path)}
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name != MARKER
    ]
    content = {
        "step": step,
        "key": checkpointing.key,
        "fields": checkpointing.fields,
        "inexact": checkpointing.inexact,
        "files": files,
    }
    aside = directory / f"{MARKER}.partial"
    with aside.open("w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(directory / MARKER)


def require_resumable(directory: Path) -> None:
    """Refuse a checkpoint without optimizer, schedule or random state: transformers would resume it silently.

    And one with a weight or a state that is not finite, which would spoil all that follows.
    """
    random_states = {path.name for path in directory.glob("rng_state*.pth")}
    expected = ranks.files("rng_state", ".pth")
    if random_states - expected:
        raise StepError(
            "data",
            f"Checkpoint '{directory}' was written by {len(random_states)} processes and cannot be resumed exactly "
            f"by {ranks.count()}.",
        )
    needed = next((names for names in (DEEPSPEED, FSDP) if (directory / names[0]).exists()), NEEDED)
    missing = sorted(name for name in {*needed, *expected} if not (directory / name).exists())
    if missing:
        raise StepError("data", f"Checkpoint '{directory}' lacks {', '.join(missing)} and cannot be resumed exactly.")
    if ranks.is_main():
        require_finite_checkpoint(directory, "data", "Remove its folder, or say 'resume: never' under 'checkpoint'.")


class SaveCheckpoints(TrainerCallback):
    """Decides when the trainer saves, and completes each checkpoint with our marker.

    `whole` says whether the trainer's state is whole after a step: GRPO's generations serve several steps, and a run
    resumed in between would generate again and differ. A checkpoint that is due in between waits, and so does a stop.
    Digests are taken beside the training.
    """

    def __init__(self, checkpointing: Checkpointing, events: Events, whole: Callable[[], bool]) -> None:
        self._checkpointing = checkpointing
        self._events = events
        self._whole = whole
        self._saved_step = 0
        self._saved_time = 0.0
        self._beside = ThreadPoolExecutor(max_workers=1)
        self._marker: Future[None] | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Intervals count from where the training begins or goes on."""
        self._saved_step, self._saved_time = state.global_step, time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """One optimizer step is done: is a checkpoint due?"""
        if not self._whole():
            return
        every, seconds = self._checkpointing.every_steps, self._checkpointing.every_seconds
        due = every is not None and state.global_step - self._saved_step >= every
        due = due or (seconds is not None and time.monotonic() - self._saved_time >= seconds)
        # Each process has its own clock and its own signals, and all must save and stop at the same step.
        due, stopping = ranks.any_of(due, stop.requested())
        if stopping:
            stop.request()
            control.should_training_stop = True
            due = state.global_step > self._saved_step
        control.should_save = due

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """The trainer has written all files of a checkpoint."""
        self._saved_step, self._saved_time = state.global_step, time.monotonic()
        # Weights alone cannot be resumed: without our marker nobody will try.
        if args.save_only_model:
            return
        # The marker lists the files of every process.
        ranks.wait_for_all()
        if not ranks.is_main():
            return
        self.wait()
        directory = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        self._marker = self._beside.submit(self._complete, directory, state.global_step)

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """The last checkpoint is whole before anything else happens."""
        self.wait()

    def wait(self) -> None:
        """Wait for the marker of the last checkpoint; raises what went wrong with it."""
        if self._marker is not None:
            self._marker.result()
            self._marker = None

    def _complete(self, directory: Path, step: int) -> None:
        # Read once more for it, because what is on the disk is what a resumed run would go on from.
        require_finite_checkpoint(directory, "nan", "The training has diverged: lower the learning rate.")
        write_marker(directory, step, self._checkpointing)
        self._events.checkpoint(step, directory)


def keep_checkpoints(
    trainer: Any, checkpointing: Checkpointing, events: Events, whole: Callable[[], bool] = lambda: True
) -> None:
    """Let a trainer save what it needs to go on exactly. The marker comes last, so its callback does too."""
    trainer.add_callback(KeepLogState(trainer, checkpointing.resume))
    trainer.add_callback(SaveCheckpoints(checkpointing, events, whole))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

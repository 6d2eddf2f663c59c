"""Checkpoints that can be trusted: complete only once our marker, written last, lists every file."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from .errors import StepError
from .events import Events
from .job import Checkpointing

MARKER = "reprise-checkpoint.json"
NEEDED = ("optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json")


def write_marker(directory: Path, step: int, key: str) -> None:
    """List every file of a checkpoint with size and SHA-256; written aside, then renamed."""
    files = [
        {"path": path.relative_to(directory).as_posix(), "bytes": path.stat().st_size, "sha256": _sha256(path)}
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name != MARKER
    ]
    aside = directory / f"{MARKER}.partial"
    with aside.open("w", encoding="utf-8") as file:
        json.dump({"step": step, "key": key, "files": files}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(directory / MARKER)


def require_resumable(directory: Path) -> None:
    """Refuse a checkpoint without optimizer, schedule or random state: transformers would resume it silently."""
    missing = [name for name in NEEDED if not (directory / name).exists()]
    if missing:
        raise StepError("data", f"Checkpoint '{directory}' lacks {', '.join(missing)} and cannot be resumed exactly.")


class MarkCheckpoints(TrainerCallback):
    """Completes each checkpoint that the trainer saved with our marker."""

    def __init__(self, checkpointing: Checkpointing, events: Events) -> None:
        self._checkpointing = checkpointing
        self._events = events

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """The trainer has written all files of a checkpoint."""
        # Weights alone cannot be resumed: without our marker nobody will try.
        if not state.is_world_process_zero or args.save_only_model:
            return
        directory = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        write_marker(directory, state.global_step, self._checkpointing.key)
        self._events.checkpoint(state.global_step, directory)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

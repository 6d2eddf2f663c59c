"""A training that is killed and resumed, beside one that is not."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

from .checks import Check
from .children import Place, TooLate, events, finish, start, write_job


def compare(check: Check, place: Place) -> dict[str, Any]:
    """Run a training undisturbed; run it again, kill it after its first checkpoint, and resume it.

    `before` and `after` are the first logged number that differs, before the kill and after it; None where all are
    equal. `bytes` says whether both end with the same adapter.
    """
    whole = write_job(check, place, check.name)
    seen = finish(check, start(check, whole), whole, place)
    broken = write_job(check, place, f"{check.name}-killed")
    killed_at = _kill_after_checkpoint(check, broken, place)
    saved = events(broken, "checkpoint")[0]
    resumed = write_job(check, place, f"{check.name}-killed", Path(saved["directory"]))
    finish(check, start(check, resumed), resumed, place)
    first, second = _logged(whole), _logged(resumed)
    step = saved["step"]
    return {
        **seen,
        "resumed": {
            "checkpoint": step,
            "killed_after_step": killed_at,
            "before": _first_difference(first, second, 1, step),
            "after": _first_difference(first, second, step + 1, max(first)),
            "bytes": _digest(place.work / check.name) == _digest(place.work / f"{check.name}-killed"),
        },
    }


def _kill_after_checkpoint(check: Check, job: Path, place: Place) -> int:
    """The last step that the killed process reported."""
    child = start(check, job)
    while not events(job, "checkpoint"):
        if child.poll() is not None:
            raise RuntimeError(f"'{check.name}' ended before its first checkpoint: {finish(check, child, job, place)}")
        if place.left() < 0:
            child.kill()
            child.wait()
            raise TooLate(f"'{check.name}' was ended: the time is over")
        time.sleep(0.05)
    child.kill()
    child.wait()
    return events(job, "progress")[-1]["done"]


def _logged(job: Path) -> dict[int, dict[str, float]]:
    """Losses and gradients by optimizer step; of a step that was made twice the later ones."""
    names = ("loss", "grad_norm", "entropy", "mean_token_accuracy")
    return {
        entry["step"]: {name: entry["values"][name] for name in names if name in entry["values"]}
        for entry in events(job, "metrics")
        if "loss" in entry["values"]
    }


def _first_difference(
    first: dict[int, dict[str, float]], second: dict[int, dict[str, float]], begin: int, end: int
) -> dict[str, Any] | None:
    for step in range(begin, end + 1):
        for name, value in first[step].items():
            if second[step][name] != value:
                return {"step": step, "metric": name, "undisturbed": value, "other": second[step][name]}
    return None


def _digest(folder: Path) -> str:
    files = sorted((folder / "adapter").glob("*.safetensors"))
    if not files:
        raise RuntimeError(f"'{folder.name}' has no adapter")
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()

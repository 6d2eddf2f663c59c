"""The job file: what one step is asked to do. Contract: schemas/trainer-job.schema.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Checkpointing:
    """Where resumable state goes, how often (in optimizer steps) and what to resume from."""

    directory: Path
    every: int
    keep: int
    key: str
    resume: Path | None


@dataclass(frozen=True)
class Job:
    """One step. `inputs` and `outputs` map names to absolute paths; `params` is the recipe's `with`."""

    kind: str
    params: dict[str, Any]
    inputs: dict[str, str]
    outputs: dict[str, Path]
    events: Path
    result: Path
    checkpoints: Checkpointing
    seed: int
    threads: int


def read_job(path: str | Path) -> Job:
    """Read a job file written by the engine. Raises KeyError for a missing field."""
    raw = json.loads(Path(path).read_text(encoding="utf-8"))
    saved = raw["checkpoints"]
    return Job(
        kind=raw["kind"],
        params=raw["params"],
        inputs=raw["inputs"],
        outputs={name: Path(place) for name, place in raw["outputs"].items()},
        events=Path(raw["events"]),
        result=Path(raw["result"]),
        checkpoints=Checkpointing(
            directory=Path(saved["directory"]),
            every=saved["every"],
            keep=saved["keep"],
            key=saved["key"],
            resume=Path(saved["resume"]) if saved["resume"] else None,
        ),
        seed=raw["seed"],
        threads=raw["threads"],
    )

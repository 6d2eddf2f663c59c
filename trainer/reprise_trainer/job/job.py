"""The job file: what one step is asked to do. Contract: schemas/trainer-job.schema.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Checkpointing:
    """Where resumable state goes, how often and what to resume from.

    One of `every_steps` (optimizer steps) and `every_seconds` is None. `fields` are the parameters that may change
    between a checkpoint and the run that resumes it, `inexact` says why the state may differ from that of an
    undisturbed run; both stand in the marker.
    """

    directory: Path
    every_steps: int | None
    every_seconds: float | None
    keep: int
    key: str
    fields: dict[str, Any]
    inexact: list[str]
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
    # "portable": its bytes must not depend on the processor.
    reproducible: str = "fastest"
    # Whether the step has a core for a thread beside those.
    beside: bool = False


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
            every_steps=saved["every_steps"],
            every_seconds=saved["every_seconds"],
            keep=saved["keep"],
            key=saved["key"],
            fields=saved["fields"],
            inexact=saved["inexact"],
            resume=Path(saved["resume"]) if saved["resume"] else None,
        ),
        seed=raw["seed"],
        threads=raw["threads"],
        reproducible=raw["reproducible"],
        beside=raw["beside"],
    )

"""The file that says what is measured: written by `npm run gpu-check`, read here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..models.qwen2_vl.architecture import Architecture

# The name of what is asked, as the jobs' inputs have it.
QUESTIONS = "clips"


@dataclass(frozen=True)
class Clips:
    """What is asked about: rows by split, each of a clip of `frames` frames of `frame` pixels (width, height).

    A prompt has `prompt_tokens` tokens beside those of its clip, the words around it counted; a target, with its end,
    `answer_tokens`.
    """

    rows: dict[str, int]
    frames: int
    frame: tuple[int, int]
    prompt: str
    prompt_tokens: int
    answer_tokens: int


@dataclass(frozen=True)
class Check:
    """One thing to measure.

    `job` is a job file whose paths are relative to the work folder, or begin with "given/" for the folder of the file.
    `counted` holds preflight's bytes by phase, and seconds of one unit. `ends` is "step" where the training is stopped
    after its last step, before its model is written; `needs` is a Python module without which it is left out. With
    `again` the job is killed after its first checkpoint, resumed and compared with an undisturbed run. What it makes is
    `kept` for later checks; `elsewhere` are the seconds that the same took on another machine.
    """

    name: str
    part: int
    job: dict[str, Any]
    counted: dict[str, Any]
    ends: str = "job"
    needs: str | None = None
    again: bool = False
    kept: bool = False
    elsewhere: float | None = None


@dataclass(frozen=True)
class Checks:
    """All of it: `models` maps names to dimensions, `file` is where they were read."""

    file: Path
    needs_gpu: bool
    models: dict[str, Architecture]
    words: int
    clips: Clips
    checks: list[Check]

    def of_part(self, part: int | None) -> list[Check]:
        """Those of one part, or all."""
        return [check for check in self.checks if part in (None, check.part)]

    def needed(self, part: int | None) -> list[str]:
        """Which models, and whether the questions, must be made for a part."""
        made = {QUESTIONS, *self.models}
        return sorted(made.intersection(path for check in self.of_part(part) for path in check.job["inputs"].values()))


def read_checks(file: Path) -> Checks:
    """Read the file. Raises TypeError or KeyError where it is of another version."""
    raw = json.loads(file.read_text(encoding="utf-8"))
    clips = raw["clips"]
    return Checks(
        file=file,
        needs_gpu=raw["needs_gpu"],
        models={name: Architecture(**dimensions) for name, dimensions in raw["models"].items()},
        words=raw["words"],
        clips=Clips(**{**clips, "frame": tuple(clips["frame"])}),
        checks=[Check(**check) for check in raw["checks"]],
    )

"""Questions and frames as rows for training and evaluation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..job.errors import StepError
from ..job.events import Events
from .prompts import prompt_text
from .strips import read_strip

Row = dict[str, Any]


def read_rows(dataset: str | Path, split: str, frames: int, *, clips: bool = True) -> list[Row]:
    """The questions of one split; with `clips` each has `strip`, the path of its clip's filmstrip.

    `dataset` is the output of frames/extract: questions.jsonl, frames.jsonl and the strips. Raises StepError for a
    question about no video, and without `clips` for one about a video: such a model would not see it.
    """
    root = Path(dataset)
    rows = _rows_of(root / "questions.jsonl", split, clips)
    return _with_strips(root, rows, split, frames) if clips else rows


def _rows_of(file: Path, split: str, clips: bool) -> list[Row]:
    numbered = [(number, row) for number, row in _lines(file) if row["split"] == split]
    if not numbered:
        raise StepError("data", f"The dataset has no question in the split '{split}'. Check the step's `split`.")
    odd = [number for number, row in numbered if ("video" in row) != clips]
    if odd:
        seen = (
            "the key 'video' is missing: a model of this family is asked about clips alone"
            if clips
            else "it is about a 'video', which a model of this family cannot see"
        )
        more = f" So it is in {len(odd)} of {len(numbered)} rows of the split '{split}'." if len(odd) > 1 else ""
        raise StepError("data", f"{file.name}:{odd[0]}: {seen}.{more} See docs/datasets.md.")
    return [row for _, row in numbered]


def _with_strips(root: Path, rows: list[Row], split: str, frames: int) -> list[Row]:
    manifest = [line for _, line in _lines(root / "frames.jsonl")]
    cut = {len(line["index"]) for line in manifest}
    if cut - {frames}:
        raise StepError(
            "data", f"The step reads {frames} frames a clip, but the dataset's strips hold {sorted(cut)}: set `frames`."
        )
    strips = {line["video"]: root / line["strip"] for line in manifest}
    missing = sorted({row["video"] for row in rows} - set(strips))
    if missing:
        raise StepError("data", f"{len(missing)} videos of the split '{split}' have no frames, first: {missing[0]}.")
    return [{**row, "strip": str(strips[row["video"]])} for row in rows]


def answerable(rows: list[Row]) -> list[Row]:
    """Only the rows that have a gold letter."""
    return [row for row in rows if row.get("answer") is not None]


def trainable(rows: list[Row], events: Events) -> list[Row]:
    """Only the rows that have a gold letter; says how many have none. Raises StepError where no row has one."""
    kept = answerable(rows)
    if not kept:
        raise StepError("data", f"None of the {len(rows)} rows of the split has a gold letter to train on.")
    if len(kept) < len(rows):
        events.note(f"{len(rows) - len(kept)} of {len(rows)} rows have no gold letter and are left out")
    return kept


def open_questions(rows: list[Row]) -> list[Row]:
    """Only the rows without options that have a reference answer."""
    return [row for row in rows if not row.get("options") and "reference" in row]


def as_dataset(records: list[Row]) -> Any:
    """A `datasets.Dataset`. Where it has a column `images`, that holds paths and is decoded when a row is read.

    Handing over decoded images instead costs seconds and gigabytes.
    """
    from datasets import Dataset

    return Dataset.from_list(records).with_transform(_with_images)


def _with_images(batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
    if "images" not in batch:
        return batch
    return {**batch, "images": [[read_strip(path) for path in paths] for paths in batch["images"]]}


def supervised_records(rows: list[Row], target: str, prompt: str) -> list[Row]:
    """Prompt and completion; TRL's loss then covers the completion only.

    Raises StepError for rows without the target.
    """
    without = [row["id"] for row in rows if target not in row["targets"]]
    if without:
        raise StepError(
            "data",
            f"{len(without)} rows have no target '{target}', first: {without[0]}. Build it by data/reverse-thinking.",
        )
    return [
        {
            **_images(row),
            "prompt": [{"role": "user", "content": prompt_text(row, prompt)}],
            "completion": [{"role": "assistant", "content": row["targets"][target]}],
        }
        for row in rows
    ]


def rollout_records(rows: list[Row], prompt: str) -> list[Row]:
    """Prompt, gold letter and options: what the rewards judge by."""
    return [
        {
            **_images(row),
            "prompt": [{"role": "user", "content": prompt_text(row, prompt)}],
            "solution": row["answer"],
            "options": row.get("options", []),
        }
        for row in answerable(rows)
    ]


def _images(row: Row) -> Row:
    return {"images": [row["strip"]]} if "strip" in row else {}


def _lines(path: Path) -> list[tuple[int, Row]]:
    """The objects of a file of one a line, each with its line's number from 1."""
    if not path.exists():
        raise StepError("data", f"'{path.name}' is missing in the dataset. Was it made by frames/extract?")
    with path.open(encoding="utf-8") as file:
        return [(number, json.loads(line)) for number, line in enumerate(file, 1) if line.strip()]

"""The event file: one JSON object a line. Contract: schemas/trainer-event.schema.json."""

from __future__ import annotations

import json
import math
import os
import time
from pathlib import Path
from typing import Any

from ..processes import ranks


def finite(values: dict[str, Any]) -> dict[str, Any]:
    """Only the finite numbers: NaN and infinity are no JSON."""
    return {k: v for k, v in values.items() if isinstance(v, (int, float)) and math.isfinite(v)}


class Events:
    """Appends events. Each line is flushed, so that a reader sees whole lines while the step runs."""

    def __init__(self, path: Path) -> None:
        torn = _ends_inside_a_line(path)
        self._file = path.open("a", encoding="utf-8")
        if torn:
            # A line that a killed process left half written must not swallow the next one.
            self._file.write("\n")

    def _write(self, event: str, **fields: Any) -> None:
        line = json.dumps({"event": event, "time": round(time.time(), 3), **fields}, ensure_ascii=False)
        self._file.write(line + "\n")
        self._file.flush()

    def progress(self, done: int, total: int, unit: str) -> None:
        """`done` of `total` units of work ("step", "sample", ...)."""
        self._write("progress", done=done, total=total, unit=unit)

    def metrics(self, step: int, values: dict[str, Any]) -> None:
        """Numbers logged at an optimizer step; what is not a finite number is left out."""
        self._write("metrics", step=step, values=finite(values))

    def checkpoint(self, step: int, directory: Path) -> None:
        """A complete checkpoint stands in `directory`."""
        self._write("checkpoint", step=step, directory=str(directory))

    def resumed(self, done: int) -> None:
        """This attempt goes on after `done` units of work."""
        self._write("resumed", done=done)

    def hub(self, parameter: str, name: str, revision: str | None, commit: str) -> None:
        """A parameter's model on the hub: its id, the revision that was asked for, and the commit that was taken."""
        self._write("hub", parameter=parameter, id=name, revision=revision, commit=commit)

    def gate(self, name: str, seen: str) -> None:
        """A faithfulness check passed; `seen` says what was measured."""
        self._write("gate", name=name, seen=seen)

    def message(self, text: str) -> None:
        """A sentence for the log, such as where the step resumes."""
        self._write("message", text=text)

    def note(self, text: str) -> None:
        """A sentence about what the step does with its data or finds in them, for the log and the report."""
        self._write("message", text=text, report=True)


def _ends_inside_a_line(path: Path) -> bool:
    if not path.exists() or path.stat().st_size == 0:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"


def write_result(path: Path, result: dict[str, Any]) -> None:
    """Write the result file last and by rename: its presence means that the step is whole.

    Contract: schemas/trainer-result.schema.json.
    """
    aside = path.with_name(ranks.own_file(path.stem, ".partial"))
    with aside.open("w", encoding="utf-8") as file:
        json.dump(result, file, indent=1, ensure_ascii=False, allow_nan=False)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)

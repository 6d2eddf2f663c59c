"""Results sample by sample, kept over attempts: append-only, flushed to the disk batch by batch."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


class PartialResults:
    """Lines of finished samples. A line that was torn by a crash, and all after it, are dropped and made again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.rows = _whole_lines(path)

    def keep(self, count: int) -> None:
        """Go on after the first `count` rows."""
        self.rows = self.rows[:count]
        aside = self._path.with_suffix(".partial")
        aside.write_text("".join(_line(row) for row in self.rows), encoding="utf-8")
        aside.replace(self._path)

    def append(self, rows: list[dict[str, Any]]) -> None:
        """Add one batch; it is on the disk when this returns."""
        with self._path.open("a", encoding="utf-8") as file:
            file.writelines(_line(row) for row in rows)
            file.flush()
            os.fsync(file.fileno())
        self.rows += rows


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


def _whole_lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    rows = []
    for line in path.read_bytes().split(b"\n")[:-1]:
        try:
            rows.append(json.loads(line))
        except ValueError:
            break
    return rows

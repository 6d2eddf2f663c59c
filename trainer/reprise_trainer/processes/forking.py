"""Whether this process may be forked: a thread that it has, or a GPU, would not be there in the child."""

from __future__ import annotations

import os
from pathlib import Path

# NVIDIA's, also below Windows, and AMD's.
GPUS = ("/dev/nvidia", "/dev/dxg", "/dev/kfd", "/dev/dri/")

TASKS, FILES = Path("/proc/self/task"), Path("/proc/self/fd")


def why_not() -> str | None:
    """What stands against a fork now, in words; None where nothing does."""
    threads = sorted(_text(task / "comm") for task in TASKS.iterdir())
    if len(threads) > 1:
        return f"{len(threads)} threads are alive ({', '.join(threads)})"
    used = sorted({file for file in open_files() if file.startswith(GPUS)})
    return f"a GPU is in use ({', '.join(used)})" if used else None


def open_files() -> list[str]:
    """Places of the files that this process has open."""
    return [place for place in (_place(file) for file in FILES.iterdir()) if place]


def _place(file: Path) -> str:
    try:
        return str(file.readlink())
    except OSError:
        # The folder's own, which was open while it was listed.
        return ""


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        # It has ended meanwhile.
        return "one that ends"


def child_of(parent: int) -> None:
    """Leave at once where this process is not that one's child any more: then nothing else would end it."""
    if os.getppid() != parent:
        os._exit(1)

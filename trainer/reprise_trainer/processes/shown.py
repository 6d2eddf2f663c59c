"""What others see of a forked process in /proc: its mark, by which it is found and ended, and its command.

Linux shows the memory in which a process got its arguments and variables. A forked one has its parent's, and writes its
own there.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

# How the engine marks all processes of a step (store/step-processes.ts).
MARK = "REPRISE_STEP_MARK"

SELF = Path("/proc/self")
# Which fields of /proc/self/stat behind the command's name say where arguments and variables begin and end.
PLACES = slice(45, 49)


def mark(value: str) -> None:
    """Bear a mark as long as the one that this process began with. Raises ValueError where that cannot be."""
    shown = (SELF / "environ").read_bytes()
    name = f"{MARK}=".encode()
    found = shown.find(name) if shown.startswith(name) else shown.find(b"\0" + name) + 1
    begin = found + len(name)
    end = shown.find(b"\0", begin)
    new = value.encode()
    if not shown.startswith(name, found) or end - begin != len(new):
        raise ValueError(f"{MARK} has no place for a mark of {len(new)} bytes")
    ctypes.memmove(_places()[2] + begin, new, len(new))
    if f"{MARK}={value}".encode() not in (SELF / "environ").read_bytes().split(b"\0"):
        raise ValueError(f"{MARK} is not shown as it was written")
    os.environ[MARK] = value


def command(*arguments: str) -> None:
    """Be shown with these arguments behind the program's name, as far as there is room for them."""
    begin, end, *_ = _places()
    program = (SELF / "cmdline").read_bytes().split(b"\0", 1)[0]
    text = b"\0".join([program, *(argument.encode() for argument in arguments)])
    room = end - begin
    ctypes.memmove(begin, text[: room - 1].ljust(room, b"\0"), room)


def _places() -> list[int]:
    # The command's name stands in brackets and may hold spaces.
    fields = (SELF / "stat").read_text(encoding="latin-1").rpartition(")")[2].split()
    return [int(field) for field in fields[PLACES]]

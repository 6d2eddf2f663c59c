"""Signs of life while a long film is read: whoever waits can tell work from a standstill."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

SECONDS = 2.0

_lock = threading.Lock()


class _Pulse:
    def __init__(self) -> None:
        self.tell: Callable[[], None] = lambda: None
        self.last = time.monotonic()


_pulse = _Pulse()


def tell_by(tell: Callable[[], None]) -> None:
    """From now on `tell` is called every few seconds while there is progress; from any thread, one at a time."""
    _pulse.tell = tell


def beat() -> None:
    """One more packet was read."""
    if time.monotonic() - _pulse.last < SECONDS:
        return
    with _lock:
        _pulse.last = time.monotonic()
        _pulse.tell()

"""Asked to stop (SIGTERM): work that can be resumed ends at its next good place, everything else at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import ranks

# sysexits.h, EX_TEMPFAIL: not done, and to be tried again.
EXIT_CODE = 75


class Stopped(BaseException):
    """Ends the step without a result. A BaseException: no library may take it for a failure that it can mend."""


class _State:
    requested = False
    watched = False


_state = _State()


def listen() -> None:
    """From now on SIGTERM ends this process: at once, or where `watched` work looks at `requested`."""
    _state.requested = False

    def on_signal(*_: Any) -> None:
        _state.requested = True
        if not _state.watched:
            raise Stopped

    signal.signal(signal.SIGTERM, on_signal)


def requested() -> bool:
    """Whether this process was asked to stop."""
    return _state.requested


def request() -> None:
    """Stop as if asked to: another process of the same training was."""
    _state.requested = True


@contextmanager
def watched() -> Iterator[None]:
    """Work that looks at `requested` itself, and raises Stopped when what it has is safe."""
    _state.watched = True
    try:
        yield
    finally:
        _state.watched = False
    # All processes or none: one that goes on alone would wait for the others.
    if any(ranks.any_of(_state.requested)):
        raise Stopped

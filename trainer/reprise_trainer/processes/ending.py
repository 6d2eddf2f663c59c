"""How a process of ours ends: with its parent, for want of another one, or at once."""

from __future__ import annotations

import atexit
import os
import signal
import sys

# sysexits.h, EX_PROTOCOL: another process of the same training is gone.
LOST_PEER = 76


def end_with_parent() -> None:
    """Ask the kernel (Linux only) to end this process when the worker that started it dies.

    Elsewhere the next attempt ends it: the worker's fence knows its process.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def finish(code: int) -> None:
    """End this process: what was registered for its end is done, as removing temporary folders; then it leaves."""
    atexit._run_exitfuncs()
    leave(code)


def leave(code: int) -> None:
    """End this process at once: nothing is left to do.

    While Python takes the libraries down they can crash (seen: a process of two, SIGABRT after its last step), which
    would turn a finished training into a failed one. And it takes a second: of a forked process all memory is copied.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)

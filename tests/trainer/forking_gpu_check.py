"""python forking_gpu_check.py -m reprise_trainer.gpu_check …: its jobs' processes are forked from this one.

It has the libraries, and stands in the place of the trainers' Python: whatever else that is asked for, it does.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from typing import Any

from quiet import QUIET


def main() -> int:
    """Of `python` with these arguments."""
    if sys.platform != "linux" or sys.argv[1:3] != ["-m", "reprise_trainer.gpu_check"]:
        os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
    os.environ.update(QUIET)
    import loaded  # noqa: F401 (loads what the jobs need)
    from forked import Forked, Subprocess
    from reprise_trainer.gpu_check import __main__ as all_of_it
    from reprise_trainer.gpu_check import children

    Forked.forks = multiprocessing.get_context("fork")
    module: Any
    for module in (all_of_it, children):
        module.subprocess = Subprocess
    return all_of_it.main(sys.argv[3:])


if __name__ == "__main__":
    sys.exit(main())

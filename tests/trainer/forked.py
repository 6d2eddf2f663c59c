"""`python -m MODULE` in a process that has the libraries. A `host` runs steps (hosting.py); this is for the rest."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from typing import Any, ClassVar
from unittest.mock import patch

from quiet import QUIET


@cache
def _forks() -> ForkServerContext:
    """What forks, once it was started: with the variables of now."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["loaded"])
    with patch.dict(os.environ, {**QUIET, "PYTHONPATH": os.pathsep.join(sys.path)}):
        forkserver.ensure_running()
    return context


class Forked:
    """In the place of a `subprocess.Popen`, as far as it is needed; `stdout` is a file, to which all is written."""

    # What forks, if it is not a process that is begun for that.
    forks: ClassVar[Any] = None

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str], stdout: Any = None, **_: Any) -> None:
        assert list(command[:2]) == [sys.executable, "-m"]
        self.args = command
        said = os.devnull if stdout is None else stdout.name
        self._process = (Forked.forks or _forks()).Process(target=_be, args=(list(command[2:]), dict(env), said))
        self._process.start()

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it lives."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def send_signal(self, name: int) -> None:
        """Signal it."""
        os.kill(self.pid, name)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()


# Elsewhere processes with so many libraries cannot be forked.
LOADED: Any = Forked if sys.platform == "linux" else subprocess.Popen


class Subprocess:
    """In the place of the module `subprocess`: its processes are forked."""

    Popen = Forked
    DEVNULL = subprocess.DEVNULL
    TimeoutExpired = subprocess.TimeoutExpired

    @staticmethod
    def run(command: Sequence[str], *, env: Mapping[str, str], check: bool) -> None:
        """Run it to its end. Raises subprocess.CalledProcessError."""
        assert check
        code = Forked(command, env=env).wait()
        if code != 0:
            raise subprocess.CalledProcessError(code, command)


def _be(command: list[str], env: dict[str, str], said: str) -> None:
    os.environ.clear()
    os.environ.update(env)
    file = os.open(said, os.O_WRONLY | os.O_APPEND)
    for output in (1, 2):
        os.dup2(file, output)
    sys.argv = command
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)

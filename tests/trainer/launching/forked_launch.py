"""python -m forked_launch JOB.json ACCELERATE.yaml: reprise_trainer.launch, whose processes are forked from it."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

from reprise_trainer.processes.ending import end_with_parent
from torch.distributed.elastic.multiprocessing.subprocess_handler import subprocess_handler


class Rank:
    """In the place of a `subprocess.Popen`. It is forked before the launcher has threads, and waits for its command."""

    def __init__(self) -> None:
        told, self._tell = os.pipe()
        self._code: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            end_with_parent()
            with open(told, encoding="utf-8") as said:
                _be(**json.loads(said.readline()))
        os.close(told)

    def begin(self, args: tuple[str, ...], env: dict[str, str]) -> Self:
        """Tell it what to be."""
        os.write(self._tell, json.dumps({"args": args, "env": env}).encode() + b"\n")
        return self

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it lives."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid == self.pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def wait(self, timeout: float) -> int:
        """Wait for the end. Raises subprocess.TimeoutExpired."""
        until = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("a process of the training", timeout)
            time.sleep(0.01)
        return code


def _be(args: list[str], env: dict[str, str]) -> None:
    """What Python does of `python -u -m MODULE JOB`: with what it runs as it starts."""
    _, _, _, module, job = args
    os.setsid()
    os.environ.clear()
    os.environ.update(env)
    places = [Path(place, "sitecustomize.py") for place in env["PYTHONPATH"].split(os.pathsep)]
    for place in [place for place in places if place.exists()][:1]:
        runpy.run_path(str(place))
    sys.argv = [module, job]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def main() -> None:
    """Of this module, run by runpy."""
    ranks = [Rank(), Rank()]

    def popen(args: tuple[str, ...], env: dict[str, str], **_: Any) -> Rank:
        return ranks.pop(0).begin(args, env)

    subprocess_handler.Popen = popen
    runpy.run_module("reprise_trainer.launch", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

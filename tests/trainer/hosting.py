"""The engine's side of a host: processes with the libraries, without the seconds that loading them takes."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any

from conftest import PATIENCE, trainer_environment
from quiet import QUIET
from reprise_trainer.job.job import Job


class Host:
    """A host that is ready. It must have said nothing else. `environment` is added to a trainer's own."""

    def __init__(self, **environment: str) -> None:
        ours, theirs = socket.socketpair()
        self._lines = ours.makefile("r")
        self._channel = ours
        self._numbers = count(1)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "reprise_trainer.host", str(theirs.fileno()), "fastest", " " * 512],
            env={**trainer_environment(), **QUIET, **environment, "REPRISE_STEP_MARK": str(uuid.uuid4())},
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        assert [self._hear(), self._hear()] == [{"says": "up"}, {"says": "ready"}]

    def run(self, job: Job) -> int:
        """The exit code of a job in a process of its own."""
        file = job.result.with_name("job.json")
        file.write_text(json.dumps(asdict(job), default=str))
        number = next(self._numbers)
        log = str(file.with_suffix(".log"))
        ask = {"step": number, "job": str(file), "folder": None, "log": log, "mark": str(uuid.uuid4())}
        self._channel.sendall(json.dumps(ask).encode() + b"\n")
        begun = self._hear()
        assert begun == {"says": "begun", "step": number, "pid": begun["pid"]}
        ended = self._hear()
        assert ended == {"says": "ended", "step": number, "code": ended["code"]}
        return ended["code"]

    def close(self) -> None:
        """End it, as the end of its worker does."""
        self._lines.close()
        self._channel.close()
        assert self.process.wait(PATIENCE) == 0

    def _hear(self) -> dict[str, Any]:
        return json.loads(self._lines.readline())


class Started:
    """Where there are no hosts, each job starts a process."""

    def __init__(self, **environment: str) -> None:
        self._environment = {**trainer_environment(), **environment}

    def run(self, job: Job) -> int:
        """The exit code of a job in a process of its own."""
        file: Path = job.result.with_name("job.json")
        file.write_text(json.dumps(asdict(job), default=str))
        command = [sys.executable, "-m", "reprise_trainer", str(file)]
        with file.with_suffix(".log").open("wb") as log:
            return subprocess.run(command, env=self._environment, check=False, stderr=log).returncode

    def close(self) -> None:
        """Nothing is left."""


@contextmanager
def hosted(**environment: str) -> Iterator[Host | Started]:
    """What runs jobs in processes of their own; where it can be, the libraries are loaded once."""
    began = Host(**environment) if sys.platform == "linux" else Started(**environment)
    try:
        yield began
    finally:
        began.close()

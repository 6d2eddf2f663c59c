"""A step whose process is forked from one that has the libraries gives the same bytes as one that is started for it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from conftest import SFT, Step, trainer_environment, weights
from reprise_trainer.host import read_ask
from reprise_trainer.job.job import Job

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each step starts a process")


class Host:
    """The engine's side of a host."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self._lines = ours.makefile("r")
        self._channel = ours
        quiet = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "reprise_trainer.host", str(theirs.fileno()), "fastest", " " * 512],
            env={**trainer_environment(), **quiet, "REPRISE_STEP_MARK": str(uuid.uuid4())},
            pass_fds=[theirs.fileno()],
        )
        theirs.close()

    def hear(self) -> dict[str, Any]:
        return json.loads(self._lines.readline())

    def ask(self, number: int, file: Path) -> None:
        log = file.with_suffix(".log")
        ask = {"step": number, "job": str(file), "folder": None, "log": str(log), "mark": str(uuid.uuid4())}
        self._channel.sendall(json.dumps(ask).encode() + b"\n")

    def close(self) -> None:
        self._lines.close()
        self._channel.close()


@pytest.fixture
def host() -> Iterator[Host]:
    began = Host()
    yield began
    began.close()
    assert began.process.wait(30) == 0


def sft(step: Step, base: Path, name: str) -> tuple[Job, Path]:
    job = step.job("train/sft", SFT, {"model": base}, ["adapter"], name=name)
    file = step.folder / f"{name}.json"
    file.write_text(json.dumps(asdict(job), default=str))
    return job, file


def test_forked_and_started_processes_give_the_same_bytes(step: Step, base: Path, host: Host) -> None:
    assert [host.hear(), host.hear()] == [{"says": "up"}, {"says": "ready"}]
    made = []
    for number in (1, 2):
        job, file = sft(step, base, f"forked-{number}")
        host.ask(number, file)
        begun = host.hear()
        assert begun == {"says": "begun", "step": number, "pid": begun["pid"]}
        assert host.hear() == {"says": "ended", "step": number, "code": 0}
        made.append(weights(job.outputs["adapter"]))
        assert "loading libraries" not in job.events.read_text()
    job, file = sft(step, base, "started")
    subprocess.run([sys.executable, "-m", "reprise_trainer", str(file)], env=trainer_environment(), check=True)
    assert made == [weights(job.outputs["adapter"])] * 2
    assert [line["step"] for line in Step.events(job, "metrics")]


def test_libraries_leave_one_thread(host: Host) -> None:
    assert [host.hear(), host.hear()] == [{"says": "up"}, {"says": "ready"}]
    assert len(os.listdir(f"/proc/{host.process.pid}/task")) == 1


@pytest.mark.parametrize(
    "line",
    [
        b"[]",
        b"{}",
        b'{"step": 1, "job": "j", "folder": "f", "log": "l"}',
        b'{"step": true, "job": "j", "folder": "f", "log": "l", "mark": "m"}',
        b'{"step": 1, "job": 1, "folder": "f", "log": "l", "mark": "m"}',
        b'{"step": 1, "job": "j", "folder": "f", "log": "l", "mark": "m", "more": 1}',
        b"step 1",
    ],
)
def test_what_asks_for_nothing_known_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"nothing that is known|of what is asked for|Expecting value"):
        read_ask(line)

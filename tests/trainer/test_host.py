"""A step whose process is forked from one that has the libraries gives the same bytes as one that is started for it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from conftest import SFT, Step, weights
from hosting import Host, Started
from reprise_trainer.host import read_ask
from reprise_trainer.job.job import Job

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each step starts a process")


def sft(step: Step, base: Path, name: str) -> Job:
    return step.job("train/sft", SFT, {"model": base}, ["adapter"], name=name)


def test_libraries_leave_one_thread(host: Host) -> None:
    assert len(os.listdir(f"/proc/{host.process.pid}/task")) == 1


def test_forked_and_started_processes_give_the_same_bytes(step: Step, base: Path, host: Host) -> None:
    made = []
    for number in (1, 2):
        job = sft(step, base, f"forked-{number}")
        assert host.run(job) == 0
        made.append(weights(job.outputs["adapter"]))
        assert "loading libraries" not in job.events.read_text()
    job = sft(step, base, "started")
    assert Started().run(job) == 0
    assert made == [weights(job.outputs["adapter"])] * 2
    assert [line["step"] for line in Step.events(job, "metrics")]


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

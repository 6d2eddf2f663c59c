"""Batches that are made beside the training."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import SFT, Step, weights
from reprise_trainer.data.dataset import as_dataset
from reprise_trainer.job.errors import StepError
from reprise_trainer.kinds import train_sft
from reprise_trainer.training.reading import read_ahead, told_here
from torch.utils.data import DataLoader

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forked on Linux only")


def processes_of(trainer: Any, threads: int) -> int:
    trainer.args = SimpleNamespace(dataloader_num_workers=0)
    read_ahead(trainer, threads)
    return trainer.args.dataloader_num_workers


def test_only_a_core_that_is_left_reads_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    assert [processes_of(SimpleNamespace(), threads) for threads in (1, 2)] == [1, 0]
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert processes_of(SimpleNamespace(), 1) == 0


def test_what_is_read_ahead_trains_the_same_bytes(step: Step, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for number, cores in enumerate(({0}, {0, 1})):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: cores)
        job = step.job("train/sft", {**SFT, "epochs": 2}, {"model": base}, ["adapter"], name=f"read-{number}")
        step.run(train_sft, job)
        found.append(weights(job.outputs["adapter"]))
    assert found[0] == found[1]


def test_a_strip_that_cannot_be_read_ahead_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "odd.png").write_bytes(b"\x89PNG")
    trainer = SimpleNamespace(train_dataset=as_dataset([{"images": [str(tmp_path / "odd.png")]}]))
    with pytest.raises(StepError, match=r"The filmstrip 'odd.png' cannot be read") as told, told_here(trainer):
        next(iter(DataLoader(trainer.train_dataset, num_workers=1, collate_fn=list)))
    assert told.value.code == "data"


def test_what_else_goes_wrong_there_is_told_as_it_is() -> None:
    with pytest.raises(RuntimeError, match="something else"), told_here(SimpleNamespace()):
        raise RuntimeError("something else")

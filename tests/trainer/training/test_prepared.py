"""What a thread makes beforehand is the next batch's, and a training that asks for less comes out the same."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import GRPO, Step, weights
from reprise_trainer.kinds import train_grpo
from reprise_trainer.models.qwen2_vl import rollouts
from reprise_trainer.models.qwen2_vl.family import Qwen2VL
from reprise_trainer.models.qwen2_vl.looking import look_once
from reprise_trainer.training.prepared import prepare_ahead
from torch.utils.data import DataLoader


def trained(batches: int, prepare: Any) -> list[Any]:
    from accelerate.data_loader import prepare_data_loader

    loader = DataLoader(list(range(batches)), batch_size=None)  # type: ignore[arg-type]
    trainer: Any = SimpleNamespace(
        get_train_dataloader=lambda: prepare_data_loader(loader, put_on_device=False),
        _compute_loss=lambda model, batch: batch,
    )
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="beside") as thread:
        prepare_ahead(trainer, thread, prepare)
        return [trainer._compute_loss(None, batch) for batch in trainer.get_train_dataloader()]


def test_the_next_batch_is_prepared_by_the_thread_once() -> None:
    prepared: list[Any] = []

    def prepare(batch: Any) -> None:
        assert threading.current_thread().name.startswith("beside")
        prepared.append(batch)

    assert trained(4, prepare) == [0, 1, 2, 3]
    assert prepared == [1, 2, 3]


def test_what_goes_wrong_beforehand_is_left_to_the_trainer() -> None:
    def prepare(batch: Any) -> None:
        raise ValueError(batch)

    assert trained(3, prepare) == [0, 1, 2]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The threads in which rows are made."""
    names: list[str] = []
    rows_of = rollouts.Made._rows_of

    def made(self: Any, *given: Any) -> Any:
        names.append(threading.current_thread().name)
        return rows_of(self, *given)

    monkeypatch.setattr(rollouts.Made, "_rows_of", made)
    yield names


@pytest.mark.usefixtures("varied_rewards")
@pytest.mark.parametrize(
    "more", [{}, {"batch_size_per_device": 1, "steps_per_generation": 2, "num_iterations": 2, "steps": 12}]
)
def test_a_grpo_training_comes_out_as_with_all_pixels(
    step: Step, base: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]
) -> None:
    params = {**GRPO, "batch_size_per_device": 2, **more}
    numbered = [step.job("train/grpo", params, {"model": base}, ["model"], name=name) for name in ("alone", "beside")]
    numbered[1] = replace(numbered[1], beside=True)
    for job in numbered:
        step.run(train_grpo, job)
    beside = [not name.startswith("Main") for name in asked]
    assert any(beside)
    assert not all(beside)
    monkeypatch.setattr(Qwen2VL, "share_clips", lambda _, trainer: look_once(trainer) and None)
    pixels = step.job("train/grpo", params, {"model": base}, ["model"], name="pixels")
    asked.clear()
    step.run(train_grpo, pixels)
    assert asked == []
    assert {weights(job.outputs["model"]) for job in numbered} == {weights(pixels.outputs["model"])}

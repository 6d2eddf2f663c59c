"""What a thread does beside a training comes out as it would without it, and in the same order."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from reprise_trainer.training.beside import Ahead, read_ahead, thread_beside
from torch.utils.data import DataLoader, Dataset


class Numbers(Dataset[int]):
    def __init__(self) -> None:
        self.made: list[str] = []

    def __len__(self) -> int:
        return 7

    def __getitem__(self, number: int) -> int:
        self.made.append(threading.current_thread().name)
        return number


def trainer_of(data: Numbers) -> Any:
    from accelerate.data_loader import prepare_data_loader

    loader = DataLoader(data, batch_size=2, shuffle=True)
    return SimpleNamespace(
        args=SimpleNamespace(use_cpu=True),
        get_train_dataloader=lambda: prepare_data_loader(loader, put_on_device=False),
    )


def drawn(thread: ThreadPoolExecutor | None, data: Numbers) -> list[Any]:
    """Batches of two epochs, and numbers that a training draws between them."""
    trainer = trainer_of(data)
    read_ahead(trainer, thread)
    loader = trainer.get_train_dataloader()
    torch.manual_seed(0)
    return [[(batch.tolist(), torch.rand(1).item(), loader.end_of_dataloader) for batch in loader] for _ in range(2)]


def test_batches_are_the_same_and_made_by_the_thread() -> None:
    plain, beside = Numbers(), Numbers()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="beside") as thread:
        assert drawn(thread, beside) == drawn(None, plain)
    # Each epoch's first batch is made where it is asked for.
    assert [name.startswith("beside") for name in beside.made] == [False, False, *[True] * 5] * 2
    assert not any(name.startswith("beside") for name in plain.made)


def test_what_goes_wrong_in_the_thread_is_raised_where_its_batch_is_taken() -> None:
    def batches() -> Any:
        yield 1
        raise ValueError("a broken row")

    with ThreadPoolExecutor(max_workers=1) as thread:
        ahead = Ahead(batches(), thread)
        assert next(ahead) == 1
        with pytest.raises(ValueError, match="a broken row"):
            next(ahead)


@pytest.mark.parametrize(("core", "on_cpu", "has"), [(True, True, True), (False, True, False), (True, False, False)])
def test_a_thread_needs_a_core_and_no_gpu(core: bool, on_cpu: bool, has: bool) -> None:
    job: Any = SimpleNamespace(beside=core)
    usual = sys.getswitchinterval()
    try:
        thread = thread_beside(SimpleNamespace(args=SimpleNamespace(use_cpu=on_cpu)), job)
        assert (thread is not None) == has
        assert (sys.getswitchinterval() < usual) == has
    finally:
        sys.setswitchinterval(usual)

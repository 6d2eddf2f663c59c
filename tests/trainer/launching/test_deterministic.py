"""reproducible: deterministic, as far as a processor shows it: what torch is told, and what becomes of its answer."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from reprise_trainer.job.failures import classify
from reprise_trainer.launching import deterministic


@pytest.mark.parametrize("gpu", [True, False])
def test_torch_is_told_where_there_is_a_gpu(gpu: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    try:
        deterministic.use()
        assert torch.are_deterministic_algorithms_enabled() is gpu
        # A warning alone would leave attention as it is.
        assert not torch.is_deterministic_algorithms_warn_only_enabled()
    finally:
        torch.use_deterministic_algorithms(False)


def test_an_operation_without_such_a_kernel_is_named() -> None:
    torch.use_deterministic_algorithms(True)
    try:
        with pytest.raises(RuntimeError) as caught:
            # One that has none on a processor either.
            torch.nn.functional.max_unpool2d(torch.ones(1, 1, 1), torch.zeros(1, 1, 1, dtype=torch.int64), 2)
    finally:
        torch.use_deterministic_algorithms(False)
    code, said = classify(caught.value, Path())
    assert code == "environment"
    assert said.startswith("torch has no deterministic kernel (RuntimeError: max_unpooling2d_forward_out), so ")
    assert said.endswith("Write 'reproducible: fastest'.")

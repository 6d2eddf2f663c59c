"""A result is given again while what it was asked for stays the same, and no longer."""

from typing import Any

import pytest
import torch
from reprise_trainer.models.qwen2_vl.kept import equal, keep_last


def counted() -> tuple[list[int], Any]:
    calls: list[int] = []

    def add(one: torch.Tensor, other: torch.Tensor | None = None, *, times: int = 1) -> torch.Tensor:
        calls.append(times)
        return one * times if other is None else one * times + other

    return calls, keep_last(add)


def test_equal_arguments_are_computed_once() -> None:
    calls, add = counted()
    first = add(torch.ones(3), times=2)
    assert torch.equal(add(torch.ones(3), times=2), first)
    assert calls == [2]


def test_what_differs_is_computed_anew() -> None:
    calls, add = counted()
    asked: list[tuple[Any, ...]] = [
        (torch.ones(3),),
        (torch.tensor([1.0, 1.0, 1.5]),),
        (torch.ones(3, dtype=torch.float64),),
        (torch.ones(1, 3),),
        (torch.ones(1, 3), None),
        (torch.ones(1, 3), torch.ones(1)),
        (torch.ones(1, 3),),
    ]
    for arguments in asked:
        add(*arguments)
    add(torch.ones(1, 3), times=2)
    add(other=torch.ones(1, 3), one=torch.ones(1, 3))
    assert len(calls) == len(asked) + 2


def test_a_tensor_that_was_written_to_is_another() -> None:
    calls, add = counted()
    batch = torch.ones(3)
    add(batch)
    batch[1] = 2
    assert torch.equal(add(batch), torch.tensor([1.0, 2.0, 1.0]))
    assert len(calls) == 2


def test_another_precision_is_another_question() -> None:
    calls, add = counted()
    add(torch.ones(3))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        add(torch.ones(3))
    assert len(calls) == 2


def test_a_result_that_was_written_to_is_not_given_again() -> None:
    calls, add = counted()
    add(torch.ones(3))[0] = 5
    assert torch.equal(add(torch.ones(3)), torch.ones(3))
    assert len(calls) == 2


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.int64, torch.uint8, torch.bool])
def test_tensors_are_compared_as_torch_compares_them(dtype: torch.dtype) -> None:
    values = [torch.tensor(values).to(dtype) for values in ([0.0, 1.0], [0.0, 2.0], [[0.0, 1.0]], [-0.0, 1.0])]
    values.append(torch.tensor([0.0, 1.0, 2.0, 1.0]).to(dtype)[::2])
    if dtype.is_floating_point:
        values.append(torch.tensor([float("nan"), 1.0], dtype=dtype))
    for one in values:
        for other in values:
            assert equal(one, other) == torch.equal(one, other)

"""The processes of one training, as `accelerate launch` started them. One process needs no launcher and no torch."""

from __future__ import annotations

import os
from functools import cache
from typing import Any


def rank() -> int:
    """This process's number, from 0."""
    return int(os.environ.get("RANK", "0"))


def local_rank() -> int:
    """This process's number on this machine: the number of its GPU."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def count() -> int:
    """How many processes train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_main() -> bool:
    """Whether this process speaks for all: it alone writes events, markers, outputs and the result of a success."""
    return rank() == 0


def own_file(stem: str, suffix: str) -> str:
    """A file that each process has for itself, named as transformers names rng_state.pth and rng_state_0.pth."""
    return _file(stem, rank(), suffix)


def files(stem: str, suffix: str) -> set[str]:
    """The names of `own_file` in all processes."""
    return {_file(stem, number, suffix) for number in range(count())}


def any_of(*flags: bool) -> list[bool]:
    """For each flag, whether it is set in any process. Every process has to ask, with as many flags."""
    if count() == 1:
        return list(flags)
    import torch
    import torch.distributed as dist

    asked = torch.tensor(flags, dtype=torch.uint8)
    dist.all_reduce(asked, op=dist.ReduceOp.MAX, group=_side_channel())
    return [bool(flag) for flag in asked]


def gathered(items: list[Any]) -> list[Any]:
    """The items of all processes, in the order of the processes. Every process has to call this."""
    if count() == 1:
        return items
    import torch.distributed as dist

    lists: list[Any] = [None] * count()
    dist.all_gather_object(lists, items, group=_side_channel())
    return [item for each in lists for item in each]


def wait_for_all() -> None:
    """Return when every process has come here."""
    any_of(False)


def _file(stem: str, number: int, suffix: str) -> str:
    return stem + (f"_{number}" if count() > 1 else "") + suffix


@cache
def _side_channel() -> Any:
    """Gloo, also where gradients go through NCCL: agreeing costs no wait for the GPU."""
    import torch.distributed as dist

    return dist.group.WORLD if dist.get_backend() == "gloo" else dist.new_group(backend="gloo")

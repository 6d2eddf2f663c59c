"""Building the libraries' own configurations for GPUs that are not here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from transformers import training_args

from ..models import loading
from ..training import arguments


@contextmanager
def as_on_gpus(processes: int) -> Iterator[None]:
    """Let transformers and our own code build arguments as on `processes` GPUs with bfloat16.

    Not by WORLD_SIZE: with it the constructor would wait for the other processes for ever.
    """
    changed: list[tuple[Any, str, Any]] = [
        (training_args, "is_torch_bf16_gpu_available", lambda: True),
        (training_args.TrainingArguments, "world_size", property(lambda _: processes)),
        (loading, "on_gpu", lambda: True),
        (arguments, "on_gpu", lambda: True),
    ]
    with ExitStack() as stack:
        for owner, name, value in changed:
            stack.enter_context(mock.patch.object(owner, name, value))
        yield

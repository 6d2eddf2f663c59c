"""What a training does in a thread beside its own, where its step has a core for it: the same work, the same bytes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import wraps
from typing import Any

from ..job.job import Job

# Python's own 5 ms are as long as whole parts of a small model's step: so long one thread may keep the other waiting.
_TURN_SECONDS = 0.0005


def thread_beside(trainer: Any, job: Job) -> ThreadPoolExecutor | None:
    """One thread that works beside the training. None where the step has no core for it, and on a GPU."""
    if not job.beside or not trainer.args.use_cpu:
        return None
    sys.setswitchinterval(_TURN_SECONDS)
    return ThreadPoolExecutor(max_workers=1)


def read_ahead(trainer: Any, thread: ThreadPoolExecutor | None, taken: Callable[[Any], None] | None = None) -> None:
    """Let a trainer's next batch be made while it trains on the one before. `taken` is told of each that was taken."""
    if thread is None:
        return
    make_loader = trainer.get_train_dataloader

    @wraps(make_loader)
    def loader() -> Any:
        made = make_loader()
        # accelerate's own looks one batch ahead to know the last one: it asks what it wraps for each.
        plain = made.base_dataloader
        begin = plain._get_iterator
        plain._get_iterator = lambda: Ahead(begin(), thread, taken)
        return made

    trainer.get_train_dataloader = loader


class Ahead:
    """The same things in the same order, each made by a thread when the one before is taken.

    The first is made where it is asked for: then samplers draw their order, from numbers that the training draws from.
    """

    def __init__(
        self, made: Iterator[Any], thread: ThreadPoolExecutor, taken: Callable[[Any], None] | None = None
    ) -> None:
        self._made = made
        self._thread = thread
        self._taken = taken
        self._next: Future[Any] | None = None

    def __iter__(self) -> Ahead:
        return self

    def __next__(self) -> Any:
        taken = next(self._made, _END) if self._next is None else self._next.result()
        if taken is _END:
            raise StopIteration
        self._next = self._thread.submit(next, self._made, _END)
        if self._taken is not None:
            self._taken(taken)
        return taken


_END = object()

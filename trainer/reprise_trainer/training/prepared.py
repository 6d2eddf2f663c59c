"""What a GRPOTrainer will ask about its next batch, made while it trains on the one before."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .beside import read_ahead


def prepare_ahead(trainer: Any, thread: ThreadPoolExecutor, prepare: Callable[[Any], None]) -> None:
    """Let a thread read a trainer's batches ahead, and `prepare` the next one while the loss and its gradient are
    computed.

    Not before: while completions are generated, Python has no moment to spare. What goes wrong is left to the trainer,
    which then makes it itself.
    """
    coming: list[Any] = []
    loss = trainer._compute_loss

    def taken(batch: Any) -> None:
        coming[:] = [batch]

    def compute_loss(*args: Any, **kwargs: Any) -> Any:
        # accelerate has taken the next batch when it gives one, but for an epoch's last.
        if coming:
            thread.submit(prepare, coming.pop())
        return loss(*args, **kwargs)

    read_ahead(trainer, thread, taken)
    trainer._compute_loss = compute_loss

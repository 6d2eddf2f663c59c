"""Batches that are made in a process of their own, while those before them are trained on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..data.strips import read_strip
from ..models.loading import on_gpu
from ..processes import ranks


def read_ahead(trainer: Any, threads: int) -> None:
    """Let a trainer have its batches made beside it: the same ones in the same order, as nothing in them is drawn.

    Only for a training of one process on a CPU, which leaves a core, and on Linux, where that process is forked.
    """
    if sys.platform == "linux" and not on_gpu() and ranks.count() == 1 and len(os.sched_getaffinity(0)) > threads:
        trainer.args.dataloader_num_workers = 1


@contextmanager
def told_here(trainer: Any) -> Iterator[None]:
    """Raise a StepError about a strip in this process too: from the one that reads ahead it comes without its code."""
    try:
        yield
    except RuntimeError as error:
        if "Caught StepError in DataLoader worker" in str(error):
            for strips in trainer.train_dataset.with_format(None)["images"]:
                for strip in strips:
                    read_strip(strip)
        raise

"""The same bytes on one kind of GPU: torch's kernels that add in a fixed order, and no others."""

from __future__ import annotations

import torch


def use() -> None:
    """Let torch fail rather than add in another order each time.

    Not as a warning alone: attention would keep the backward pass that does.
    """
    if torch.cuda.is_available():
        torch.use_deterministic_algorithms(True)

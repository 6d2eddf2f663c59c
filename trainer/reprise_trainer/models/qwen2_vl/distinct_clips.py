"""Which clips of a batch are the same."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from .kept import equal


def distinct(clips: Sequence[torch.Tensor]) -> tuple[list[int], list[int]]:
    """Where each clip of other content stands first, and for each clip its place among those.

    Compared value by value: a digest of all pixels would cost as much as it saves.
    """
    first: list[int] = []
    by_sample: dict[bytes, list[int]] = {}
    place = []
    for number, clip in enumerate(clips):
        alike = by_sample.setdefault(_sample(clip), [])
        found = next((at for at in alike if equal(clips[first[at]], clip)), None)
        if found is None:
            found = len(first)
            first.append(number)
            alike.append(found)
        place.append(found)
    return first, place


def _sample(clip: torch.Tensor) -> bytes:
    """A few of the values, and the shape."""
    values = clip.reshape(-1)
    few = values[:: max(1, len(values) // 64)].float().cpu().numpy().tobytes()
    return repr(tuple(clip.shape)).encode() + few


def in_order(
    clips: Sequence[torch.Tensor], grids: torch.Tensor, first: list[int], place: list[int]
) -> tuple[list[int], list[int]]:
    """The distinct clips in an order of their own: the loss is computed on a batch that TRL has shuffled meanwhile.

    Where clips differ in their `grids` [clips, 3], in the batch's order.
    """
    if len({tuple(grid) for grid in grids.tolist()}) != 1:
        return first, place
    order = sorted(range(len(first)), key=lambda number: _sample(clips[first[number]]))
    rank = {number: at for at, number in enumerate(order)}
    return [first[number] for number in order], [rank[number] for number in place]

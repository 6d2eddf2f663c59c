"""A group's completions share one clip: it goes through processor and vision tower once, not once for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .kept import equal, keep_last
from .positions import distinct_positions


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


def look_once(trainer: Any) -> None:
    """Let a trainer's Qwen2-VL send each distinct clip through its vision tower once while the batch stays the same.

    Only where the tower is frozen: with its gradients the sums over a batch would be others, and preflight's counts
    with them.
    """
    # The one that owns the tower; models around it pass the call on.
    model = next(part for part in trainer.model.modules() if "visual" in dict(part.named_children()))
    if any(weight.requires_grad for weight in model.visual.parameters()):
        return
    look = keep_last(model.get_image_features)

    def get_image_features(pixel_values: torch.Tensor, image_grid_thw: torch.Tensor, **kwargs: Any) -> Any:
        """`pixel_values` [patches of all clips, values], `image_grid_thw` [clips, 3]."""
        patches = image_grid_thw.prod(-1).tolist()
        clips = pixel_values.split(patches)
        first, place = distinct(clips)
        if len({tuple(grid) for grid in image_grid_thw.tolist()}) == 1:
            first, place = _sorted(clips, first, place)
        said = {name: value for name, value in kwargs.items() if value is not None}
        seen = look(torch.cat([clips[at] for at in first]), image_grid_thw[first], **said)
        hidden = seen.last_hidden_state.split([patches[at] for at in first])
        # A new one: who gets it may write to its fields. What is kept is of the distinct clips alone.
        given = type(seen)(**seen)
        given.last_hidden_state = torch.cat([hidden[at] for at in place])
        given.pooler_output = tuple(seen.pooler_output[at] for at in place)
        return given

    model.get_image_features = get_image_features
    model.get_rope_index = distinct_positions(model.get_rope_index)


def _sorted(clips: Sequence[torch.Tensor], first: list[int], place: list[int]) -> tuple[list[int], list[int]]:
    """The distinct clips in an order of their own: the loss is computed on a batch that TRL has shuffled meanwhile."""
    order = sorted(range(len(first)), key=lambda number: _sample(clips[first[number]]))
    rank = {number: at for at, number in enumerate(order)}
    return [first[number] for number in order], [rank[number] for number in place]

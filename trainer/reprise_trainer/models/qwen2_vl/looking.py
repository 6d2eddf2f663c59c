"""A group's completions share one clip: it goes through the vision tower once, not once for each."""

from __future__ import annotations

from typing import Any

import torch

from .distinct_clips import distinct, in_order
from .kept import keep_last
from .positions import distinct_positions
from .rollout_rows import Made


def look_once(trainer: Any) -> Made | None:
    """Let a trainer's Qwen2-VL send each distinct clip through its vision tower once while the batch stays the same.

    Only where the tower is frozen: with its gradients the sums over a batch would be others, and preflight's counts
    with them. Else it gives where rows may be kept, so that batches have their clips' numbers.
    """
    # The one that owns the tower; models around it pass the call on.
    model = next(part for part in trainer.model.modules() if "visual" in dict(part.named_children()))
    if any(weight.requires_grad for weight in model.visual.parameters()):
        return None
    made = Made(model.get_image_features)
    look = keep_last(model.get_image_features)

    def get_image_features(pixel_values: torch.Tensor, image_grid_thw: torch.Tensor, **kwargs: Any) -> Any:
        """`pixel_values` [patches of all clips, values, or the clip's number], `image_grid_thw` [clips, 3]."""
        said = {name: value for name, value in kwargs.items() if value is not None}
        patches = image_grid_thw.prod(-1).tolist()
        clips = pixel_values.split(patches)
        if pixel_values.is_floating_point():
            first, place = in_order(clips, image_grid_thw, *distinct(clips))
            seen = look(torch.cat([clips[at] for at in first]), image_grid_thw[first], **said)
        else:
            numbers = [int(clip[0, 0]) for clip in clips]
            asked = list(dict.fromkeys(numbers))
            if bool((image_grid_thw == image_grid_thw[0]).all()):
                asked.sort()
            kept = made.clips(asked[0])
            seen = kept.look(*kept.of(asked), **said)
            place = [asked.index(number) for number in numbers]
            first = [numbers.index(number) for number in asked]
        hidden = seen.last_hidden_state.split([patches[at] for at in first])
        # A new one: who gets it may write to its fields. What is kept is of the distinct clips alone.
        given = type(seen)(**seen)
        given.last_hidden_state = torch.cat([hidden[at] for at in place])
        given.pooler_output = tuple(seen.pooler_output[at] for at in place)
        return given

    model.get_image_features = get_image_features
    model.get_rope_index = distinct_positions(model.get_rope_index)
    return made

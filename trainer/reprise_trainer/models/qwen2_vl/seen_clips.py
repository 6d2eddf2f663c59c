"""A training comes back to its clips, in each epoch and for each question: a frozen tower looks at them once."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from functools import wraps
from typing import Any

import torch

# Of what is kept together; of a model at full size that is a few clips.
MOST_BYTES = 2**26


def keep_seen(trainer: Any) -> None:
    """Let a trainer's Qwen2-VL on the CPU give again what its frozen vision tower said of the same batch of clips."""
    # The one that owns the tower; models around it pass the call on.
    model = next(part for part in trainer.model.modules() if "visual" in dict(part.named_children()))
    if not trainer.args.use_cpu or any(weight.requires_grad for weight in model.visual.parameters()):
        return
    look = model.get_image_features
    kept: OrderedDict[bytes, Any] = OrderedDict()

    @wraps(look)
    def get_image_features(pixel_values: torch.Tensor, image_grid_thw: torch.Tensor, **kwargs: Any) -> Any:
        """`pixel_values` [patches of all clips, values], `image_grid_thw` [clips, 3]."""
        said = {name: value for name, value in kwargs.items() if value is not None}
        key = _content(pixel_values, image_grid_thw, said)
        if key in kept:
            kept.move_to_end(key)
        else:
            kept[key] = look(pixel_values, image_grid_thw, **said)
            while len(kept) > 1 and sum(map(_bytes, kept.values())) > MOST_BYTES:
                kept.popitem(last=False)
        # A new one: who gets it may write to its fields.
        return type(kept[key])(**kept[key])

    model.get_image_features = get_image_features


def _content(pixels: torch.Tensor, grids: torch.Tensor, said: dict[str, Any]) -> bytes:
    precision = torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu")
    rest = repr((precision, pixels.dtype, tuple(pixels.shape), grids.tolist(), sorted(said.items())))
    values: Any = pixels.contiguous().view(torch.uint8).numpy()
    return hashlib.sha256(values).digest() + rest.encode()


def _bytes(seen: Any) -> int:
    parts = (part for value in seen.values() for part in (value if isinstance(value, tuple) else (value,)))
    return sum(part.nbytes for part in parts if torch.is_tensor(part))

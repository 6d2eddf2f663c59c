"""A vision tower attends within each frame, one frame after the other: here within all frames of one size at once."""

from __future__ import annotations

from typing import Any

import torch
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.models.qwen2_vl.modeling_qwen2_vl import VisionAttention

_PLAIN, _AT_ONCE = "sdpa", "sdpa_within_frames"


def attend_at_once(model: Any) -> None:
    """Let the vision tower of a Qwen2-VL on the CPU attend within all frames at once.

    Only with torch's own attention, to which a frame is a row of a batch, and comes out as it does alone.
    """
    AttentionInterface.register(_AT_ONCE, _within_frames)
    for part in model.modules():
        if type(part) is VisionAttention and part.config._attn_implementation in (_PLAIN, _AT_ONCE):
            # One for all layers.
            part.config._attn_implementation = _AT_ONCE
            part.__class__ = _AtOnce


class _AtOnce(VisionAttention):
    def forward(self, hidden_states: torch.Tensor, cu_seqlens: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        """`hidden_states` [patches of all frames, width]; `cu_seqlens` [frames + 1]: where each begins, and the end."""
        lengths = set(cu_seqlens.diff().tolist())
        if len(lengths) == 1:
            cu_seqlens, kwargs = cu_seqlens[[0, -1]], {**kwargs, "frame_length": lengths.pop()}
        return super().forward(hidden_states, cu_seqlens, *args, **kwargs)


def _within_frames(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    *,
    frame_length: int | None = None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """Of `query`, `key` and `value` [1, heads, patches, width]; gives [1, patches, heads, width]."""
    if frame_length is None:
        return sdpa_attention_forward(module, query, key, value, **kwargs)
    query, key, value = (part[0].unflatten(1, (-1, frame_length)).transpose(0, 1) for part in (query, key, value))
    attended, _ = sdpa_attention_forward(module, query, key, value, **kwargs)
    return attended.flatten(0, 1).unsqueeze(0), None

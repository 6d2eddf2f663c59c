"""A group's completions share their prompt: where no gradient is asked for, it goes through the decoder once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import Any

import torch
from peft import PeftModel
from transformers import DynamicCache
from transformers.modeling_outputs import BaseModelOutputWithPast

from .asked_places import prompt_length
from .dropout import drops

# Attention goes through the tokens that ask in blocks of so many, and through a last block of a few in another way.
_BLOCK, _FEW = 32, 8
# Its sums over the tokens that are asked go by as many as the widest register holds.
_LANES = 16
_ROWS = frozenset({"inputs_embeds", "attention_mask"})
_KNOWN = _ROWS | {"position_ids", "past_key_values", "use_cache"}


@dataclass(frozen=True)
class _Shared:
    """Rows of which some begin alike."""

    columns: int
    """How many tokens are shared."""

    first: list[int]
    """Where each beginning stands first."""

    place: torch.Tensor
    """Of each row, the place of its beginning among those."""


def share_prompts(trainer: Any) -> None:
    """Let a GRPOTrainer on the CPU compute equal beginnings of rows once: to generate, and for its reference.

    What comes out is the same. With gradients their sums over rows would be others; and where values are dropped at
    random, equal rows are not equal.
    """
    if not trainer.args.use_cpu:
        return
    for model in (trainer.model, trainer.ref_model):
        if model is not None and not drops(model):
            base: Any = model.get_base_model() if isinstance(model, PeftModel) else model
            _share(base.get_decoder())


def _share(decoder: Any) -> None:
    whole = decoder.forward

    @wraps(whole)
    def forward(**inputs: Any) -> Any:
        said = {name: value for name, value in inputs.items() if value is not None}
        shared = None if torch.is_grad_enabled() else _shared(said)
        if shared is None:
            return whole(**inputs)
        embedded, mask, positions = said["inputs_embeds"], said["attention_mask"], said.get("position_ids")
        cache = said.get("past_key_values", DynamicCache(config=decoder.config))

        def read(rows: Any, start: int, end: int) -> torch.Tensor:
            of = {"inputs_embeds": embedded[rows, start:end], "attention_mask": mask[rows, :end]}
            if positions is not None:
                of["position_ids"] = positions[:, rows, start:end]
            return whole(**of, past_key_values=cache, use_cache=True).last_hidden_state

        length = embedded.shape[1]
        hidden = read(shared.first, 0, shared.columns)[shared.place]
        cache.batch_select_indices(shared.place)
        if shared.columns < length:
            hidden = torch.cat([hidden, read(slice(None), shared.columns, length)], dim=1)
        kept = cache if said.get("use_cache") else None
        return BaseModelOutputWithPast(last_hidden_state=hidden, past_key_values=kept)

    decoder.forward = forward


def _shared(said: dict[str, Any]) -> _Shared | None:
    """What rows share; None where they share nothing, or where a decoder is asked for more than what its rows say."""
    if not _ROWS <= said.keys() <= _KNOWN:
        return None
    embedded, mask, positions = said["inputs_embeds"], said["attention_mask"], said.get("position_ids")
    cache = said.get("past_key_values")
    if cache is not None and (type(cache) is not DynamicCache or cache.get_seq_length() > 0):
        return None
    of_rows = embedded.shape[:2]
    if not torch.is_tensor(mask) or mask.shape != of_rows or (positions is not None and positions.shape[1:] != of_rows):
        return None
    length = embedded.shape[1]
    # Whoever asks for the cache goes on with it.
    columns = length if said.get("use_cache") else _shared_columns(prompt_length(), length)
    parts = [embedded[:, :columns], mask[:, :columns]]
    if positions is not None:
        parts.append(positions[..., :columns].transpose(0, 1))
    place = _places(parts)
    count = len(set(place))
    # Two passes for a few rows less cost more than they save.
    if columns == 0 or 2 * count > len(place):
        return None
    return _Shared(columns, [place.index(number) for number in range(count)], torch.tensor(place))


def _places(parts: list[torch.Tensor]) -> list[int]:
    """Of each row, its place among those that differ in a value, in the order in which they come first."""
    seen: dict[bytes, int] = {}
    # As bytes: NumPy knows no bfloat16.
    values = [part.contiguous().view(torch.uint8).numpy() for part in parts]
    contents = (b"".join(value.tobytes() for value in row) for row in zip(*values, strict=True))
    return [seen.setdefault(content, len(seen)) for content in contents]


def _shared_columns(prompt: int, length: int) -> int:
    """As much of a prompt as may be read apart from the rest, with each token as it comes out of the whole row."""
    last = _last_block(length)
    for columns in range(min(prompt, length - 1) // _LANES * _LANES, 0, -_LANES):
        rest = _last_block(length - columns)
        if rest == last or min(rest, last) >= _FEW:
            return columns
    return 0


def _last_block(length: int) -> int:
    return length % _BLOCK or _BLOCK

"""What a processor made of rows that completions are generated for, and their clips, which a batch knows by number."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import count
from typing import Any

import torch
from transformers.feature_extraction_utils import BatchFeature

from .distinct_clips import distinct, in_order
from .kept import Call, keep_last

# A text, and which strip it is about.
Pair = tuple[str, int]
# The rows that are trained on, those that come next, and some more.
_KEPT = 3
_TEXTS = 4096


@dataclass(frozen=True)
class Clips:
    """Clips of other content, one after another."""

    numbers: list[int]
    """Of each: no other clip has it, not of other rows either."""

    pixels: torch.Tensor
    """[patches of all clips, values of a patch]."""

    grids: torch.Tensor
    """[clips, 3]."""

    look: Call
    """A model's `get_image_features`, which says what it said last of the same clips."""

    def of(self, numbers: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """Pixels and grids of the clips with these numbers, in that order."""
        if numbers == self.numbers:
            return self.pixels, self.grids
        place = [self.numbers.index(number) for number in numbers]
        clips = self.pixels.split(self.grids.prod(-1).tolist())
        return torch.cat([clips[at] for at in place]), self.grids[place]


@dataclass(frozen=True)
class Rows:
    """What a processor made of distinct rows, without padding."""

    strips: list[Any]
    """Held, because rows are known by which strips they are about."""

    ids: list[list[int]]
    kinds: list[list[int]]
    """Of each token, as in `mm_token_type_ids`."""

    carried: list[torch.Tensor]
    """Of each row, its clip's number in the place of each patch [patches, 1]."""

    grids: torch.Tensor
    """[rows, 3]."""

    clips: Clips

    def repeated(self, of: list[int], pad: Callable[[list[list[int]]], BatchFeature] | None) -> BatchFeature:
        """The rows with these places, in that order, as a processor gives them: tensors where `pad` fills them up."""
        given: dict[str, Any]
        if pad is None:
            some = {"input_ids": self.ids, "mm_token_type_ids": self.kinds}
            given = {name: [list(rows[at]) for at in of] for name, rows in some.items()}
            given["attention_mask"] = [[1] * len(self.ids[at]) for at in of]
        else:
            given = {name: rows[of] for name, rows in pad(self.ids).items()}
        given["pixel_values"] = torch.cat([self.carried[at] for at in of])
        given["image_grid_thw"] = self.grids[of]
        return BatchFeature(given)


class Made:
    """The rows that were made last, and the texts of conversations."""

    def __init__(self, look: Call) -> None:
        self._look = look
        self._number = count()
        self._rows: OrderedDict[tuple[Pair, ...], Rows] = OrderedDict()
        self._texts: OrderedDict[Hashable, str] = OrderedDict()

    def text(self, said: Hashable, render: Callable[[], str]) -> str:
        """The text of a conversation that says this."""
        text = self._texts.get(said)
        if text is None:
            text = self._texts[said] = render()
            if len(self._texts) > _TEXTS:
                self._texts.popitem(last=False)
        return text

    def rows(self, pairs: tuple[Pair, ...], strips: list[Any], process: Callable[[], BatchFeature]) -> Rows:
        """What was made of these rows, or is made of them now by `process`, unpadded. One strip a row."""
        rows = self._rows.get(pairs)
        if rows is None:
            rows = self._rows_of(strips, process())
        # Not removed first: another thread may ask.
        self._rows[pairs] = rows
        self._rows.move_to_end(pairs)
        while len(self._rows) > _KEPT:
            self._rows.popitem(last=False)
        return rows

    def clips(self, number: int) -> Clips:
        """Those among which one has this number. Raises LookupError."""
        found = next((rows.clips for rows in list(self._rows.values()) if number in rows.clips.numbers), None)
        if found is None:
            raise LookupError(f"the clip {number} of a batch is no longer kept")
        return found

    def _rows_of(self, strips: list[Any], made: BatchFeature) -> Rows:
        pixels, grids = made["pixel_values"], made["image_grid_thw"]
        patches = grids.prod(-1).tolist()
        clips = pixels.split(patches)
        first, place = in_order(clips, grids, *distinct(clips))
        numbers = [next(self._number) for _ in first]
        return Rows(
            strips,
            made["input_ids"],
            made["mm_token_type_ids"],
            [torch.full((length, 1), numbers[at]) for length, at in zip(patches, place, strict=True)],
            grids,
            Clips(numbers, torch.cat([clips[at] for at in first]), grids[first], keep_last(self._look)),
        )

"""Filmstrips as pictures. Small ones are kept: each is asked for once for every row about its clip."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

from PIL import Image

from ..job.errors import StepError

# Pillow keeps a fourth byte for each pixel.
_PIXEL_BYTES = 4
# All of a toy's; of larger clips the last few, which a group of completions asks for again and again.
MOST_BYTES = 96 * 2**20
MOST_LARGE = 16


class Strip(Image.Image):
    """A picture that is never written to: a copy of it is itself."""

    def __init__(self, picture: Image.Image) -> None:
        super().__init__()
        self.__dict__.update(picture.__dict__)

    def __deepcopy__(self, memo: Any) -> Strip:
        return self


class Kept:
    """The strips that were asked for last: as many as take 96 MB, and sixteen at least."""

    def __init__(self) -> None:
        self._strips: OrderedDict[str, Image.Image] = OrderedDict()
        self._bytes = 0

    def get(self, path: str) -> Image.Image:
        """The strip of a file. Raises StepError for one that is no whole picture."""
        strip = self._strips.pop(path, None)
        if strip is None:
            strip = _decode(path)
            self._bytes += _bytes_of(strip)
        self._strips[path] = strip
        while self._bytes > MOST_BYTES and len(self._strips) > MOST_LARGE:
            _, oldest = self._strips.popitem(last=False)
            self._bytes -= _bytes_of(oldest)
        return strip


def _bytes_of(strip: Image.Image) -> int:
    return strip.width * strip.height * _PIXEL_BYTES


def _decode(path: str) -> Image.Image:
    try:
        with Image.open(path) as strip:
            return Strip(strip.convert("RGB"))
    except (OSError, SyntaxError) as error:
        raise StepError("data", f"The filmstrip '{Path(path).name}' cannot be read: {error}.") from error


read_strip = Kept().get

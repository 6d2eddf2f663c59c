"""One decoded frame as the model sees it: turned upright, scaled, in RGB."""

from __future__ import annotations

import math
import threading
from typing import Any

from av.filter import Graph

from .refusals import Refused
from .turning import Turn, filters_of, turn_of

# Pixels of two patches of the model, merged into one token: sides of frames are multiples of it.
PATCH = 28
# Bit-exact on every machine: FFmpeg's fast paths differ between processors.
_SCALING = "flags=bicubic+accurate_rnd+full_chroma_int+bitexact"


def target_size(size: Any, width: int, height: int) -> tuple[int, int]:
    """Width and height of a frame for the parameter `size`: WIDTHxHEIGHT, `keep`, or a budget of pixels.

    A budget keeps the picture's shape, as Qwen2-VL's processor does it: sides are rounded to multiples of 28, made
    smaller where that is more than `max_pixels`, larger where it is less than `min_pixels`. Refuses sides that are no
    multiples.
    """
    if isinstance(size, dict):
        return _within(width, height, size["max_pixels"], size.get("min_pixels", 0))
    if size != "keep":
        width, height = (int(side) for side in size.split("x"))
    if width % PATCH or height % PATCH:
        raise Refused(f"its frames are {width}x{height}, and both sides must be multiples of {PATCH}")
    return width, height


def _within(width: int, height: int, most: int, least: int) -> tuple[int, int]:
    area = width * height
    sides = [max(PATCH, round(side / PATCH) * PATCH) for side in (width, height)]
    if sides[0] * sides[1] > most:
        shrink = math.sqrt(area / most)
        sides = [max(PATCH, math.floor(side / shrink / PATCH) * PATCH) for side in (width, height)]
    elif sides[0] * sides[1] < least:
        grow = math.sqrt(least / area)
        sides = [math.ceil(side * grow / PATCH) * PATCH for side in (width, height)]
    return sides[0], sides[1]


class Painter:
    """Makes RGB pictures of one size from the decoded frames of a film, whatever their sizes, colours and turns are."""

    def __init__(self, size: Any) -> None:
        self._asked = size
        # Of all pictures, by the first one; and that one's own size.
        self.size: tuple[int, int] | None = None
        self._first: tuple[int, int] | None = None

    def paint(self, frame: Any) -> Any:
        """The frame as a picture in rgb24. Refuses a film whose pictures come out in different sizes."""
        turn = turn_of(frame)
        upright = (frame.height, frame.width) if any(turn[2:]) else (frame.width, frame.height)
        size = target_size(self._asked, *upright)
        self._first, self.size = self._first or upright, self.size or size
        if size != self.size:
            old, new = ("x".join(map(str, sides)) for sides in (self._first, upright))
            raise Refused(f"its picture size changes from {old} to {new}: give 'size' as WIDTHxHEIGHT")
        graph = _graph(frame, turn, size)
        graph.vpush(frame)
        return graph.vpull()


# The last graph of each thread: the next film is often of the same kind.
_last = threading.local()


def _graph(frame: Any, turn: Turn, size: tuple[int, int]) -> Graph:
    source = (
        f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:time_base=1/1:pixel_aspect=1/1"
        f":colorspace={frame.colorspace}:range={frame.color_range}"
    )
    key = (source, turn, size)
    if getattr(_last, "key", None) != key:
        graph = Graph()
        graph.threads = 1
        turns = [graph.add(name, words) for name, words in filters_of(turn)]
        scale = graph.add("scale", f"w={size[0]}:h={size[1]}:{_SCALING}")
        graph.link_nodes(
            graph.add("buffer", source), *turns, scale, graph.add("format", "rgb24"), graph.add("buffersink")
        ).configure()
        _last.key, _last.graph = key, graph
    return _last.graph

"""How the frames of a film are turned and mirrored when they are shown."""

from __future__ import annotations

import gc
import struct
from typing import Any

from av.sidedata.sidedata import Type

from .refusals import Refused

# Signs of what turns and mirrors in a display matrix: of x and y along, and of x and y across.
Turn = tuple[int, int, int, int]

_UPRIGHT: Turn = (1, 1, 0, 0)
_ONE_DEGREE = 0.0175
_QUARTERS = {
    (True, False): "clock",
    (False, True): "cclock",
    (True, True): "cclock_flip",
    (False, False): "clock_flip",
}
_WORDS = {
    _UPRIGHT: "not at all",
    (-1, -1, 0, 0): "by 180 degrees",
    (-1, 1, 0, 0): "mirrored left to right",
    (1, -1, 0, 0): "upside down",
}


class OneTurn:
    """Watches that all frames of a film are turned alike. A turn that stands in the stream itself is told only of the
    frames that carry it (H.264), or also of those that follow (HEVC).
    """

    def __init__(self) -> None:
        self._first: Turn | None = None

    def see(self, number: int, frame: Any) -> None:
        """Refuse the film if its frame of this number is turned otherwise than the first one."""
        turn = turn_of(frame)
        self._first = self._first or turn
        if turn != self._first:
            first, other = (_WORDS.get(one, "by a quarter") for one in (self._first, turn))
            raise Refused(
                f"its frames are turned differently (the first {first}, frame {number} {other}):"
                " write it anew with one orientation"
            )


class _Heap:
    """Frames whose side data were read hold themselves. Only the collector of circles gives them free, and it counts
    objects, not their bytes.
    """

    MOST = 64 * 1024 * 1024

    def __init__(self) -> None:
        self._bytes = 0

    def read(self, frame: Any) -> None:
        """Side data of a frame were read."""
        self._bytes += sum(plane.buffer_size for plane in frame.planes)
        if self._bytes > self.MOST:
            self._bytes = 0
            gc.collect()


_heap = _Heap()


def turn_of(frame: Any) -> Turn:
    """How a frame is to be shown. Refuses a part of a quarter turn."""
    matrix = frame.side_data.get(Type.DISPLAYMATRIX)
    _heap.read(frame)
    if matrix is None:
        return _UPRIGHT
    numbers = struct.unpack("=9i", bytes(matrix)[:36])
    along, across = (numbers[0], numbers[4]), (numbers[1], numbers[3])
    straight, quarter = (sum(map(abs, pair)) for pair in (along, across))
    if straight == quarter == 0:
        return _UPRIGHT
    if min(straight, quarter) > _ONE_DEGREE * max(straight, quarter):
        raise Refused("it is to be shown turned by a part of a quarter turn")
    kept = (*along, 0, 0) if straight > quarter else (0, 0, *across)
    x, y, across_x, across_y = ((number > 0) - (number < 0) for number in kept)
    return x, y, across_x, across_y


def filters_of(turn: Turn) -> list[tuple[str, str]]:
    """What turns a picture upright, as the ffmpeg command does it."""
    x, y, *across = turn
    if any(across):
        # By a quarter; where both signs are the same, mirrored too.
        return [("transpose", f"dir={_QUARTERS[across[0] > 0, across[1] > 0]}")]
    return [(name, "") for name, sign in (("hflip", x), ("vflip", y)) if sign < 0]

"""Reading headers bit by bit: fixed-length fields and Exp-Golomb codes (H.264 clause 9.1, HEVC clause 9.2)."""

from __future__ import annotations


class Bits:
    """A cursor over the bits of some bytes. Reading past the end raises IndexError."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def take(self, count: int) -> int:
        """The next `count` bits as a number."""
        self._left -= count
        if self._left < 0:
            raise IndexError("past the end")
        return (self._value >> self._left) & ((1 << count) - 1)

    def skip(self, count: int) -> None:
        """Leave out `count` bits."""
        self.take(count)

    def ue(self) -> int:
        """An unsigned Exp-Golomb code."""
        zeros = 0
        while self.take(1) == 0:
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)


def unescaped(unit: bytes) -> bytes:
    """The payload of a NAL unit, without the bytes that keep start codes out of it."""
    return unit.replace(b"\0\0\3", b"\0\0")

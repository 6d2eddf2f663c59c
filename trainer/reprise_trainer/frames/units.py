"""What a coded packet is, read from its own headers: never from what the container says of it.

Seeking is proven by these: a container's list of keyframes, its count of frames and its flags may lie.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from .bits import unescaped

# Supplemental information that turns a picture: a decoder tells it only of the frames that carry it.
_DISPLAY_ORIENTATION = 47


class Unit(IntEnum):
    """One packet that shows exactly one frame, by what decoding can begin there; or UNPROVEN, which may be anything."""

    UNPROVEN = 0
    # Needs frames before it.
    INNER = 1
    # Decoding can begin here, and nothing after it needs what was before.
    ENTRY = 2
    # As ENTRY, but frames that follow it in the file and are shown before it need what was before (HEVC's CRA).
    OPEN_ENTRY = 3
    # Such a frame (RASL): it belongs to the OPEN_ENTRY before it.
    LEADING = 4
    # Needs frames before it, and no other frame needs it.
    UNUSED = 5


Reader = Callable[[bytes | memoryview], Unit]


class NotReadable(Exception):
    """The stream's headers are of a kind that these readers do not know."""


def nal_units(data: bytes | memoryview, length_size: int) -> list[tuple[int, int]] | None:
    """Begin and end of each NAL unit of a packet in which lengths stand before them; None where they do not add up."""
    at, end, found = 0, len(data), []
    while at < end:
        begin = at + length_size
        at = begin + int.from_bytes(data[at:begin], "big")
        if at > end or at < begin + 2:
            return None
        found.append((begin, at))
    return found


def turns_a_picture(message: bytes | memoryview) -> bool:
    """Whether supplemental information (what follows the header of its NAL unit) says how a picture is turned, or
    cannot be read.
    """
    data = bytes(message)
    if _DISPLAY_ORIENTATION not in data:
        return False
    data, at = unescaped(data).rstrip(b"\0"), 0
    try:
        # The last bit that is set ends the data.
        while at < len(data) - 1:
            numbers = []
            for _ in ("type", "size"):
                number = 0
                while data[at] == 0xFF:
                    number, at = number + 0xFF, at + 1
                numbers.append(number + data[at])
                at += 1
            if numbers[0] == _DISPLAY_ORIENTATION:
                return True
            at += numbers[1]
    except IndexError:
        return True
    return at > len(data)

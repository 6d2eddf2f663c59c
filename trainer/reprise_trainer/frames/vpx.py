"""VP8 (RFC 6386) and VP9: which packets show exactly one frame, and which are keyframes."""

from __future__ import annotations

from .bits import Bits
from .units import Unit

_VP8_VERSIONS = 3
_VP8_START = b"\x9d\x01\x2a"
_HEADER_BYTES = 4


def read_vp8(data: bytes | memoryview) -> Unit:
    """A VP8 packet. Alternate reference frames are packets that show nothing."""
    tag = int.from_bytes(data[:3], "little")
    version, shown, first_part = (tag >> 1) & 7, (tag >> 4) & 1, tag >> 5
    if len(data) < 4 or version > _VP8_VERSIONS or not shown or first_part > len(data):
        return Unit.UNPROVEN
    if data[0] & 1:
        return Unit.INNER
    return Unit.ENTRY if bytes(data[3:6]) == _VP8_START else Unit.UNPROVEN


def read_vp9(data: bytes | memoryview) -> Unit:
    """A VP9 packet: one frame, or a superframe with hidden ones (Annex B) and one that is shown."""
    sizes = _superframe(data)
    if sizes is None:
        return Unit.UNPROVEN
    shown, entry, at = 0, False, 0
    for size in sizes:
        header = _vp9_header(bytes(data[at : at + _HEADER_BYTES]))
        if header is None:
            return Unit.UNPROVEN
        is_key, is_shown = header
        shown += is_shown
        entry |= is_key
        at += size
    if shown != 1 or (entry and len(sizes) > 1):
        return Unit.UNPROVEN
    return Unit.ENTRY if entry else Unit.INNER


def _superframe(data: bytes | memoryview) -> list[int] | None:
    if len(data) == 0:
        return None
    marker = data[-1]
    if marker & 0xE0 != 0xC0:
        return [len(data)]
    count, width = (marker & 7) + 1, ((marker >> 3) & 3) + 1
    index = 2 + count * width
    if len(data) < index or data[-index] != marker:
        return [len(data)]
    start = len(data) - index + 1
    sizes = [
        int.from_bytes(data[start + place * width : start + (place + 1) * width], "little") for place in range(count)
    ]
    # A frame of size 0 would be read as the next one's.
    return sizes if all(sizes) and sum(sizes) <= len(data) - index else None


def _vp9_header(head: bytes) -> tuple[bool, bool] | None:
    """Whether a frame is a keyframe, and whether it is shown."""
    try:
        bits = Bits(head)
        if bits.take(2) != 2:
            return None
        profile = bits.take(1) | bits.take(1) << 1
        if profile == 3 and bits.take(1):
            return None
        if bits.take(1):
            return False, True
        is_key = bits.take(1) == 0
        return is_key, bits.take(1) == 1
    except IndexError:
        return None

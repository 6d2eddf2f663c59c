"""AV1: which packets (temporal units) show exactly one frame, and which are keyframes that are shown."""

from __future__ import annotations

from .bits import Bits
from .units import Reader, Unit

_SEQUENCE, _DELIMITER, _HEADER, _TILES, _METADATA, _FRAME, _SAME_HEADER, _TILE_LIST, _PADDING = *range(1, 9), 15
# still_picture and reduced_still_picture_header, behind the profile.
_STILL = 0x18
_PASSED_OVER = (_DELIMITER, _TILES, _METADATA, _SAME_HEADER, _PADDING)


def reader(_: bytes) -> Reader:
    """A reader of the packets of one stream, in the file's order: all must build on the same sequence header.

    The `av1C` record is not asked: encoders write another header there than in the stream.
    """
    sequence: bytes | None = None

    def read(data: bytes | memoryview) -> Unit:
        nonlocal sequence
        shown, frames, begins, entry = 0, 0, False, False
        for kind, layered, payload in _obus(data) or [(_TILE_LIST, False, b"")]:
            if kind in (_HEADER, _FRAME) and not layered and len(payload) > 0:
                is_key, is_shown = _frame(payload[0])
                shown += is_shown
                entry |= begins and is_key and is_shown and frames == 0
                frames += 1
            elif kind == _SEQUENCE and len(payload) > 0 and not payload[0] & _STILL:
                sequence, begins = sequence or bytes(payload), True
                if payload != sequence:
                    return Unit.UNPROVEN
            elif kind not in _PASSED_OVER:
                return Unit.UNPROVEN
        if shown != 1 or sequence is None:
            return Unit.UNPROVEN
        return Unit.ENTRY if entry else Unit.INNER

    return read


def _frame(head: int) -> tuple[bool, bool]:
    """Whether a frame header is a keyframe's, and whether it shows a frame (here, or one that was decoded before)."""
    bits = Bits(bytes([head]))
    if bits.take(1):
        return False, True
    return bits.take(2) == 0, bits.take(1) == 1


def _obus(data: bytes | memoryview) -> list[tuple[int, bool, bytes | memoryview]] | None:
    """Type, whether it is of a spatial layer above the base, and payload of each OBU; None where sizes do not fit."""
    found, at = [], 0
    while at < len(data):
        head = data[at]
        extended, sized = head >> 2 & 1, head >> 1 & 1
        layered = bool(extended and at + 1 < len(data) and (data[at + 1] >> 3) & 3)
        at += 1 + extended
        size = len(data) - at
        if sized:
            read = _leb128(data, at)
            if read is None:
                return None
            size, at = read
        if head >> 7 or size < 0 or at + size > len(data):
            return None
        found.append((head >> 3 & 15, layered, data[at : at + size]))
        at += size
    return found


def _leb128(data: bytes | memoryview, at: int) -> tuple[int, int] | None:
    value = 0
    for place in range(8):
        if at + place >= len(data):
            return None
        byte = data[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    return None

"""AV1: which packets (temporal units) show exactly one frame, and which are keyframes that are shown."""

from __future__ import annotations

from .bits import Bits
from .units import NotReadable, Reader, Unit

_SEQUENCE, _DELIMITER, _HEADER, _TILES, _METADATA, _FRAME, _SAME_HEADER, _PADDING = 1, 2, 3, 4, 5, 6, 7, 15
_PASSED_OVER = (_DELIMITER, _TILES, _METADATA, _SAME_HEADER, _PADDING)


def reader(extradata: bytes) -> Reader:
    """A reader of packets of a stream with this `av1C` record, or none. Raises NotReadable for still pictures."""
    sequences = set()
    for kind, _, payload in _obus(extradata[4:]) or []:
        if kind == _SEQUENCE:
            sequences.add(bytes(payload))
    # seq_profile, still_picture, reduced_still_picture_header
    if not sequences or any(payload[0] & 0x18 for payload in sequences):
        raise NotReadable

    def read(data: bytes | memoryview) -> Unit:
        obus = _obus(data)
        if obus is None:
            return Unit.UNPROVEN
        shown, frames, entry = 0, 0, False
        for kind, layered, payload in obus:
            if kind in (_HEADER, _FRAME):
                if layered or len(payload) == 0:
                    return Unit.UNPROVEN
                bits = Bits(bytes(payload[:1]))
                if bits.take(1):
                    shown += 1
                else:
                    is_key = bits.take(2) == 0
                    is_shown = bits.take(1)
                    shown += is_shown
                    entry |= is_key and bool(is_shown) and frames == 0
                frames += 1
            elif kind == _SEQUENCE:
                if bytes(payload) not in sequences:
                    return Unit.UNPROVEN
            elif kind not in _PASSED_OVER:
                return Unit.UNPROVEN
        if shown != 1:
            return Unit.UNPROVEN
        return Unit.ENTRY if entry else Unit.INNER

    return read


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

"""HEVC (ISO/IEC 23008-2) as MP4 and Matroska carry it: which packets are one frame, and where decoding can begin."""

from __future__ import annotations

from .bits import Bits, unescaped
from .units import NotReadable, Reader, Unit, nal_units, turns_a_picture

_IDR = (19, 20)
_SLICES = (*range(10), *_IDR, 21)
_UNITS = {8: Unit.LEADING, 9: Unit.LEADING, 19: Unit.ENTRY, 20: Unit.ENTRY, 21: Unit.OPEN_ENTRY}
_UNKNOWN = -1
_SETS = (32, 33, 34)
_PPS = 34
_SEI = (39, 40)
# Delimiter, filler, and what Dolby Vision adds, which decoders pass over.
_BESIDE = (35, 38, 62, 63)


def reader(extradata: bytes) -> Reader:
    """A reader of packets of a stream with this `hvcC` record. Raises NotReadable where frames may be hidden or
    turned.
    """
    length_size, sets = _record(extradata)
    for unit in sets:
        kind = (unit[0] >> 1) & 0x3F
        if (kind == _PPS and _hides_frames(unit)) or (kind in _SEI and turns_a_picture(unit[2:])):
            raise NotReadable

    def read(data: bytes | memoryview) -> Unit:
        pictures, kinds = 0, set()
        for begin, end in nal_units(data, length_size) or [(0, 0)]:
            head = data[begin : begin + 3]
            kind = _kind(head) if end > begin else _UNKNOWN
            if kind in _SLICES and len(head) == 3:
                pictures += head[2] >> 7
                kinds.add(kind)
            elif kind in _SEI:
                if turns_a_picture(data[begin + 2 : end]):
                    return Unit.UNPROVEN
            elif not (kind in _SETS and bytes(data[begin:end]) in sets) and kind not in _BESIDE:
                return Unit.UNPROVEN
        return _UNITS.get(kinds.pop(), Unit.INNER) if pictures == 1 and len(kinds) == 1 else Unit.UNPROVEN

    return read


def _kind(head: bytes | memoryview) -> int:
    """Type of a NAL unit that begins so, or _UNKNOWN for what is not read here."""
    kind = (head[0] >> 1) & 0x3F
    # The forbidden bit, and layers beside the base (two eyes, or more pixels).
    other = head[0] & 0x81 or head[1] & 0xF8
    drops_others = kind in _IDR and len(head) > 2 and head[2] & 0x40
    return _UNKNOWN if other or drops_others else kind


def _record(extradata: bytes) -> tuple[int, set[bytes]]:
    """Length of lengths, and all parameter sets, of an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15)."""
    if len(extradata) < 23 or extradata[0] != 1:
        raise NotReadable
    sets, at = set(), 23
    for _ in range(extradata[22]):
        count = int.from_bytes(extradata[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            size = int.from_bytes(extradata[at : at + 2], "big")
            sets.add(extradata[at + 2 : at + 2 + size])
            at += 2 + size
    return (extradata[21] & 3) + 1, sets


def _hides_frames(pps: bytes) -> bool:
    """Whether slices say for themselves if they are shown (output_flag_present_flag)."""
    try:
        bits = Bits(unescaped(pps[2:]))
        bits.ue()
        bits.ue()
        bits.skip(1)
        return bool(bits.take(1))
    except IndexError:
        raise NotReadable from None

"""H.264 (ISO/IEC 14496-10) as MP4 and Matroska carry it: which packets are one frame, and which are IDR."""

from __future__ import annotations

from dataclasses import dataclass

from .bits import Bits, unescaped
from .units import NotReadable, Reader, Unit, nal_units, turns_a_picture

# Profiles whose parameter sets say how chroma is coded (clause 7.3.2.1.1).
_WITH_CHROMA = {44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 144, 244}
_SLICE, _IDR_SLICE, _SEI, _SPS, _PPS = 1, 5, 6, 7, 8
# Delimiter, filler.
_BESIDE = (9, 12)
_HEADER_BYTES = 32
_INTRA_SLICES = (2, 7)


@dataclass(frozen=True)
class _Sps:
    separate_planes: bool
    frame_num_bits: int
    poc_type: int
    poc_lsb_bits: int
    poc_always_zero: bool


@dataclass(frozen=True)
class _Pps:
    sps: int
    bottom_poc: bool
    redundant: bool


def reader(extradata: bytes) -> Reader:
    """A reader of packets of a stream with this `avcC` record. Raises NotReadable where it may be interlaced."""
    length_size, sets = _record(extradata)
    spss, ppss = _parameters(sets)

    def read(data: bytes | memoryview) -> Unit:
        units = nal_units(data, length_size)
        if units is None:
            return Unit.UNPROVEN
        pictures = slices = idr = used = 0
        for begin, end in units:
            kind = data[begin] & 0x9F
            if kind in (_SLICE, _IDR_SLICE):
                slices += 1
                # nal_ref_idc: a decoder may only build on a picture where it is not 0.
                used |= data[begin] & 0x60
                # The slice that begins with macroblock 0 begins a picture.
                first = data[begin + 1] >> 7
                pictures += first
                if kind == _IDR_SLICE:
                    idr += 1
                    if first and _drops_others(bytes(data[begin : min(end, begin + _HEADER_BYTES)]), spss, ppss):
                        return Unit.UNPROVEN
            elif kind == _SEI:
                if turns_a_picture(data[begin + 1 : end]):
                    return Unit.UNPROVEN
            elif not (kind in (_SPS, _PPS) and bytes(data[begin:end]) in sets) and kind not in _BESIDE:
                # Also other parameter sets than the record's: they would not be known after a seek.
                return Unit.UNPROVEN
        return _unit(pictures, slices, idr, used)

    return read


def _unit(pictures: int, slices: int, idr: int, used: int) -> Unit:
    if pictures != 1 or idr not in (0, slices):
        return Unit.UNPROVEN
    if idr:
        return Unit.ENTRY
    return Unit.INNER if used else Unit.UNUSED


def _record(extradata: bytes) -> tuple[int, set[bytes]]:
    """Length of lengths, and all parameter sets, of an AVCDecoderConfigurationRecord (ISO/IEC 14496-15)."""
    if len(extradata) < 7 or extradata[0] != 1:
        raise NotReadable
    sets, at = set(), 5
    for mask in (0x1F, 0xFF):
        count = extradata[at] & mask
        at += 1
        for _ in range(count):
            size = int.from_bytes(extradata[at : at + 2], "big")
            sets.add(extradata[at + 2 : at + 2 + size])
            at += 2 + size
    return (extradata[4] & 3) + 1, sets


def _parameters(sets: set[bytes]) -> tuple[dict[int, _Sps], dict[int, _Pps]]:
    spss: dict[int, _Sps] = {}
    ppss: dict[int, _Pps] = {}
    try:
        for unit in sets:
            kind, bits = unit[0] & 0x1F, Bits(unescaped(unit[1:]))
            if kind == _SPS:
                number, sps = _sps(bits)
                spss[number] = sps
            elif kind == _PPS:
                number = bits.ue()
                ppss[number] = _pps(bits)
    except IndexError:
        raise NotReadable from None
    return spss, ppss


def _sps(bits: Bits) -> tuple[int, _Sps]:
    profile = bits.take(8)
    bits.skip(16)
    number = bits.ue()
    separate = False
    if profile in _WITH_CHROMA:
        if bits.ue() == 3:
            separate = bool(bits.take(1))
        bits.ue()
        bits.ue()
        bits.skip(1)
        if bits.take(1):
            # Scaling lists: rare, and long to read over.
            raise NotReadable
    frame_num_bits = bits.ue() + 4
    poc_type, lsb, always_zero = bits.ue(), 0, False
    if poc_type == 0:
        lsb = bits.ue() + 4
    elif poc_type == 1:
        always_zero = bool(bits.take(1))
        bits.ue()
        bits.ue()
        for _ in range(bits.ue()):
            bits.ue()
    bits.ue()
    bits.skip(1)
    bits.ue()
    bits.ue()
    if not bits.take(1):
        # frame_mbs_only_flag is 0: a packet may be one field.
        raise NotReadable
    return number, _Sps(separate, frame_num_bits, poc_type, lsb, always_zero)


def _pps(bits: Bits) -> _Pps:
    sps = bits.ue()
    bits.skip(1)
    bottom = bool(bits.take(1))
    if bits.ue():
        # Slice groups: only of old profiles for error-prone lines.
        raise NotReadable
    bits.ue()
    bits.ue()
    bits.skip(3)
    for _ in range(3):
        bits.ue()
    bits.skip(2)
    return _Pps(sps, bottom, bool(bits.take(1)))


def _drops_others(unit: bytes, spss: dict[int, _Sps], ppss: dict[int, _Pps]) -> bool:
    """Whether an IDR slice asks to drop frames that were not shown yet, or cannot be read."""
    try:
        bits = Bits(unescaped(unit[1:]))
        bits.ue()
        if bits.ue() not in _INTRA_SLICES:
            return True
        pps = ppss[bits.ue()]
        sps = spss[pps.sps]
        bits.skip(2 * sps.separate_planes + sps.frame_num_bits)
        bits.ue()
        if sps.poc_type == 0:
            bits.skip(sps.poc_lsb_bits)
            if pps.bottom_poc:
                bits.ue()
        elif sps.poc_type == 1 and not sps.poc_always_zero:
            for _ in range(2 if pps.bottom_poc else 1):
                bits.ue()
        if pps.redundant:
            bits.ue()
        return bool(bits.take(1))
    except (IndexError, KeyError):
        return True

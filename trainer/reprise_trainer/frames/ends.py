"""Whether a file ends as its own format says it does. FFmpeg plays what is there, and says nothing of the rest."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from .pulse import beat

_FLV_TAG, _FLV_SIZE, _FLV_HEAD = 11, 4, 8
_FLV_H264, _FLV_FRAMES, _FLV_EXTENDED = 7, 1, 0x80
_FLV_DELAYED = (b"avc1", b"hvc1", b"vvc1")
_FLV_SOUND, _FLV_VIDEO, _FLV_SCRIPT = 8, 9, 18
# Live encoders round what they state.
_FLV_ROUNDING_MS = 1000
_OGG_HEADER, _OGG_LARGEST, _OGG_LAST = 27, 65307, 4
_MXF_PARTITION = bytes.fromhex("060e2b34020501010d0102010102")
_MXF_RUN_IN = 65536
# Formats that are whole packets to the end.
_FILLED = ("yuv4mpegpipe", "dv")


def lacking(film: Any, last: tuple[int, int] | None) -> str | None:
    """What a file lacks by its own format, None where it lacks nothing or that cannot be told.

    `last` are place and size of its last packet.
    """
    name = film.container.format.name
    with Path(film.path).open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if name in _FILLED and last is not None:
            return "its last frame is incomplete" if sum(last) < size else None
        return _ENDS[name](file, size) if name in _ENDS else None


def _flv(file: BinaryIO, size: int) -> str | None:
    """Every tag must be whole, and the last ones as late as the header states."""
    at = int.from_bytes(file.read(9)[5:], "big") + _FLV_SIZE
    stated, reached, step = 0.0, 0, 0
    while at < size:
        beat()
        file.seek(at)
        tag = file.read(_FLV_TAG)
        length = int.from_bytes(tag[1:4], "big")
        if len(tag) < _FLV_TAG or at + len(tag) + length > size:
            return "its last tag is incomplete"
        if tag[0] == _FLV_SCRIPT:
            stated = stated or _flv_duration(file.read(length))
        elif tag[0] & 0x1F in (_FLV_SOUND, _FLV_VIDEO):
            time = tag[7] << 24 | int.from_bytes(tag[4:7], "big")
            if tag[0] & 0x1F == _FLV_VIDEO:
                time += _flv_delay(file.read(min(length, _FLV_HEAD)))
            reached, step = max(reached, time), max(step, time - reached)
        at += _FLV_TAG + length + _FLV_SIZE
    if stated * 1000 <= reached + step + _FLV_ROUNDING_MS:
        return None
    return f"its header says {stated:.2f} s, its last packet is at {reached / 1000:.2f} s"


def _flv_delay(head: bytes) -> int:
    """Milliseconds after its coding that a frame is shown, by the first bytes of its tag's body."""
    if len(head) < _FLV_HEAD:
        return 0
    if head[0] & _FLV_EXTENDED:
        at = 5 if head[0] & 0xF == _FLV_FRAMES and head[1:5] in _FLV_DELAYED else None
    else:
        at = 2 if head[0] & 0xF == _FLV_H264 and head[1] == _FLV_FRAMES else None
    return 0 if at is None else int.from_bytes(head[at : at + 3], "big", signed=True)


def _flv_duration(script: bytes) -> float:
    """Seconds that the script tag onMetaData states: a number by its name. 0 where it states none."""
    _, name, value = script.partition(b"\0\x08duration\0")
    return struct.unpack(">d", value[:8])[0] if name and len(value) >= 8 else 0.0


def _ogg(file: BinaryIO, size: int) -> str | None:
    """The last page must be whole, and marked as the end of a stream (RFC 3533)."""
    file.seek(max(0, size - _OGG_LARGEST))
    data = file.read()
    page = data[data.rfind(b"OggS\0") :]
    segments = page[_OGG_HEADER : _OGG_HEADER + page[_OGG_HEADER - 1]] if len(page) > _OGG_HEADER else b""
    if not segments or len(page) < _OGG_HEADER + len(segments) + sum(segments):
        return "its last page is incomplete"
    return None if page[5] & _OGG_LAST else "its last page is not marked as the end"


def _mxf(file: BinaryIO, size: int) -> str | None:
    """The footer must be where the header says (SMPTE ST 377)."""
    head = file.read(_MXF_RUN_IN)
    begin = head.find(_MXF_PARTITION)
    if begin < 0:
        return None
    length = head[begin + 16]
    # After key and length: two versions, the grid, this partition and the one before.
    at = begin + 17 + (length & 0x7F if length & 0x80 else 0) + 2 + 2 + 4 + 8 + 8
    footer = int.from_bytes(head[at : at + 8], "big")
    return "its footer is missing" if footer and begin + footer >= size else None


_ENDS: dict[str, Callable[[BinaryIO, int], str | None]] = {"flv": _flv, "ogg": _ogg, "mxf": _mxf}

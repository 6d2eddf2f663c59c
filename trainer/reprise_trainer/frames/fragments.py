"""Fragments of an MP4 that are missing between others (ISO/IEC 14496-12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from .pulse import beat

# Flags of tfhd and trun: which fields are there.
_BASE, _DESCRIPTION, _DURATION = 0x1, 0x2, 0x8
_OFFSET, _FIRST_FLAGS, _EACH_DURATION = 0x1, 0x4, 0x100
_EACH = (0x100, 0x200, 0x400, 0x800)


def missing(film: Any) -> str | None:
    """Which fragments are missing, None where none is or where that cannot be told.

    Numbers alone may skip, where other tracks were left out, and times alone, where a frame lasts long: fragments are
    missing where both do.
    """
    number, expected, skipped, usual, step = None, None, None, 0, 0
    track = film.stream.id
    try:
        with Path(film.path).open("rb") as file:
            for kind, body in _top(file):
                if kind == b"moov":
                    usual = _usual_duration(body, track)
                    continue
                own = int.from_bytes(_only(body, b"mfhd")[4:8], "big")
                if number is not None and own > number + 1:
                    skipped = skipped or (number + 1, own - 1)
                number = own
                for begin, length, count in _runs(body, track, usual):
                    if skipped and expected is not None and begin > expected + step / 2:
                        first, last = skipped
                        which = f"fragment {first} is" if first == last else f"fragments {first} to {last} are"
                        return f"its {which} missing"
                    expected, step, skipped = begin + length, length / max(1, count), None
    except (struct.error, IndexError):
        # FFmpeg says what it thinks of it.
        return None
    return None


def _top(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """The file's boxes that say what its fragments are."""
    at = 0
    while True:
        beat()
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return
        size, kind = struct.unpack_from(">I4s", head)
        skip = 8
        if size == 1:
            size, skip = struct.unpack_from(">Q", head, 8)[0], 16
        if size < skip:
            return
        if kind in (b"moof", b"moov"):
            file.seek(at + skip)
            yield kind, file.read(size - skip)
        at += size


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8:
            return
        yield kind, data[at + 8 : at + size]
        at += size


def _only(data: bytes, kind: bytes) -> bytes:
    return next((body for name, body in _boxes(data) if name == kind), b"")


def _usual_duration(moov: bytes, track: int) -> int:
    for kind, body in _boxes(_only(moov, b"mvex")):
        if kind == b"trex" and int.from_bytes(body[4:8], "big") == track:
            return struct.unpack_from(">I", body, 12)[0]
    return 0


def _runs(moof: bytes, track: int, usual: int) -> Iterator[tuple[int, int, int]]:
    """Begin, length and number of frames of a track's fragments that say when they begin, in units of the track."""
    for kind, traf in _boxes(moof):
        header, time = _only(traf, b"tfhd"), _only(traf, b"tfdt")
        if kind != b"traf" or int.from_bytes(header[4:8], "big") != track or not time:
            continue
        begin = struct.unpack_from(">Q" if time[0] else ">I", time, 4)[0]
        flags, at = int.from_bytes(header[1:4], "big"), 8
        at += 8 * bool(flags & _BASE) + 4 * bool(flags & _DESCRIPTION)
        each = struct.unpack_from(">I", header, at)[0] if flags & _DURATION else usual
        lasting = [_lasting(body, each) for name, body in _boxes(traf) if name == b"trun"]
        yield begin, sum(length for length, _ in lasting), sum(count for _, count in lasting)


def _lasting(run: bytes, each: int) -> tuple[int, int]:
    """How long a run of frames lasts, and their number."""
    flags, count = int.from_bytes(run[1:4], "big"), struct.unpack_from(">I", run, 4)[0]
    if not flags & _EACH_DURATION:
        return each * count, count
    at = 8 + 4 * bool(flags & _OFFSET) + 4 * bool(flags & _FIRST_FLAGS)
    stride = 4 * sum(bool(flags & field) for field in _EACH)
    return sum(struct.unpack_from(">I", run, at + stride * frame)[0] for frame in range(count)), count

"""The length that an mp4 states of its media (ISO/IEC 14496-12, mdhd)."""

from __future__ import annotations

import struct

_AFTER_TYPE = 4


def state_media_length(file: bytearray) -> None:
    """Let a film of one track, whose index stands at its end, state what its samples' durations add up to.

    FFmpeg 8 states another length where frames are put in order, and FFmpeg 9 this one.
    """
    samples = _place(file, b"stts")
    (count,) = struct.unpack_from(">I", file, samples)
    pairs = struct.iter_unpack(">2I", file[samples + 4 : samples + 4 + 8 * count])
    # After two times and the clock's ticks.
    struct.pack_into(">I", file, _place(file, b"mdhd") + 12, sum(samples * ticks for samples, ticks in pairs))


def _place(file: bytearray, kind: bytes) -> int:
    """Where the last box of a kind has what follows its version and flags, both 0."""
    at = file.rindex(kind) + _AFTER_TYPE
    if file[at : at + 4] != bytes(4):
        raise ValueError(f"{kind.decode()} has a version that is not known")
    return at + 4

"""One reading of all packets of a film, without decoding: what its container says, and what is against it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import av

from . import av1, ends, fragments, h264, hevc, vpx
from .logs import Ear
from .opening import Film
from .pulse import beat
from .refusals import Refused, frames
from .units import NotReadable, Reader, Unit

# Small films are decoded from the packets that were read.
MOST_HELD_BYTES = 32 * 1024 * 1024
# Containers that can be read from any packet on, once it is known which one it is.
SEEKABLE = ("mov,mp4", "matroska")
# Containers whose index names every packet.
_INDEXED = ("mov,mp4", "avi")
_CHANGES = ("new_extradata", "param_change")

_READERS: dict[str, Callable[[bytes], Reader]] = {
    "h264": h264.reader,
    "hevc": hevc.reader,
    "vp8": lambda _: vpx.read_vp8,
    "vp9": lambda _: vpx.read_vp9,
    "libdav1d": av1.reader,
    "av1": av1.reader,
}


class Place(NamedTuple):
    """What tells one packet of a file from all others."""

    pts: int | None
    position: int | None
    size: int


@dataclass
class Survey:
    """Packets of a film in the file's order. `packets` are themselves, where they are few; `units` stay empty where
    nothing is proven of them, and `at` are their places: all that must agree when they are read again.
    """

    packets: list[Any] | None = field(default_factory=list)
    pts: list[int | None] = field(default_factory=list)
    at: list[Place] = field(default_factory=list)
    discarded: list[int] = field(default_factory=list)
    # Packets of which a part is missing.
    torn: int = 0
    units: list[Unit] = field(default_factory=list)
    # Time to seek to for each packet that decoding can begin at.
    entries: dict[int, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Number of packets."""
        return len(self.pts)


def survey(film: Film, ear: Ear) -> Survey:
    """Read all packets. Refuses a film that is encrypted, or whose container is damaged or broken off."""
    found, held, index = Survey(), 0, _Index(film)
    read = _reader(film)
    for packet in _until_broken(film, found, index, ear):
        size = packet.size
        if found.count == 0 and packet.has_sidedata("encryption_info"):
            raise Refused("it is encrypted")
        held += size
        if found.packets is not None:
            found.packets.append(packet)
            if held > MOST_HELD_BYTES:
                found.packets = None
        if packet.is_discard:
            found.discarded.append(found.count)
        found.torn += packet.is_corrupt
        found.pts.append(packet.pts)
        found.at.append(Place(packet.pts, packet.pos, size))
        if read is not None:
            unit = Unit.UNPROVEN if any(map(packet.has_sidedata, _CHANGES)) else read(memoryview(packet))
            if unit is Unit.UNPROVEN:
                read, found.units = None, []
            else:
                if unit in (Unit.ENTRY, Unit.OPEN_ENTRY):
                    found.entries[found.count - 1] = packet.pts if packet.dts is None else packet.dts
                found.units.append(unit)
    index.refuse_holes(found)
    _refuse_cut(film, found)
    return found


def _refuse_cut(film: Film, found: Survey) -> None:
    """Refuse a film of which the demuxer gave less than there was, without a word."""
    name = film.container.format.name
    if name.startswith("mov,mp4"):
        gone = fragments.missing(film)
        if gone is not None:
            raise Refused(f"damaged: {gone}")
        return
    last = found.at[-1] if found.at else None
    lacks = ends.lacking(film, (last.position, last.size) if last and last.position is not None else None)
    # Transport streams have torn packets in mid-stream: there the decoder tells what is damaged.
    if lacks is None and found.torn and name not in ("mpegts", "avi"):
        lacks = "a packet is incomplete"
    if lacks is not None:
        raise Refused(f"broken off: {lacks}")


def _until_broken(film: Film, found: Survey, index: _Index, ear: Ear) -> Iterator[Any]:
    try:
        yield from read_packets(film, ear)
    except Refused:
        # How many frames are missing says more than where the demuxer failed.
        index.refuse_holes(found)
        raise


def read_packets(film: Film, ear: Ear) -> Any:
    """The film's packets that hold something. Refuses a container that is damaged on the way."""
    name = film.container.format.name
    reached: int | None = None

    def where() -> str:
        return "" if reached is None else f" at {film.seconds(reached):.1f} s"

    try:
        for packet in film.container.demux(film.stream):
            beat()
            if packet.size == 0:
                continue
            # What the container is said to be while its packets are read: before, it may only have been guessing.
            errors = ear.errors_of(name)
            if errors:
                raise Refused(f"damaged{where()}: {errors[0]}")
            yield packet
            reached = packet.pts
    except av.FFmpegError as error:
        raise Refused(f"damaged{where()}: {error.strerror}") from error
    errors = ear.errors_of(name)
    if errors:
        raise Refused(f"broken off{where()}: {errors[0]}")


def _reader(film: Film) -> Reader | None:
    context = film.stream.codec_context
    if not film.container.format.name.startswith(SEEKABLE) or context.name not in _READERS:
        return None
    try:
        return _READERS[context.name](context.extradata or b"")
    except (NotReadable, IndexError):
        return None


class _Index:
    """What the file itself says of its length, where its container does."""

    def __init__(self, film: Film) -> None:
        self._stream = film.stream
        self._named = film.container.format.name.startswith(_INDEXED)
        self._cut = film.container.format.name == "avi" and _is_cut(film.path)

    def refuse_holes(self, found: Survey) -> None:
        """Refuse a film of which more is named than there is."""
        if not self._named:
            return
        entries = self._stream.index_entries
        named = len(entries)
        if self._cut:
            # The index stood at the end; what is there was indexed while it was read.
            named = max(named, self._stream.frames)
        elif found.count < named:
            named = sum(1 for entry in entries if entry.size)
        whole = found.count - found.torn
        if whole < named:
            last = found.at[-1].position if found.at else None
            inside = not self._cut and last == entries[-1].pos
            raise Refused(f"{'damaged' if inside else 'broken off'}: {whole} of {frames(named)} are there")


def _is_cut(path: str) -> bool:
    """Whether a RIFF file says that it is longer than it is."""
    with Path(path).open("rb") as file:
        head = file.read(8)
        stated = int.from_bytes(head[4:], "little") + len(head)
        return head[:4] == b"RIFF" and stated > os.fstat(file.fileno()).st_size

"""Decoding a whole film once: how many frames it has, when each is shown, and the chosen ones."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import av

from .logs import LOST, Ear
from .memory import limit, may_be_short
from .opening import Film
from .packets import Survey, read_packets
from .pulse import beat
from .refusals import Refused, frames
from .turning import OneTurn

# Errors that touch no pixel: a frame that is to be given free was not there, as after a cut between two keyframes.
_LOST = "frames that it builds on are missing"
_BOOKKEEPING = ("mmco: unref short failure",)


@dataclass
class Decoded:
    """Times (in the stream's units) and durations of all frames that the decoder gave, in its order."""

    pts: list[int | None] = field(default_factory=list)
    durations: list[int] = field(default_factory=list)
    # What is to be said of its beginning.
    notes: list[str] = field(default_factory=list)


def decode_whole(film: Film, found: Survey, ear: Ear, wanted: set[int], take: Callable[[int, Any], None]) -> Decoded:
    """Decode all frames; `take` gets those whose numbers are `wanted`, ascending.

    Refuses a film of which the decoder lost or mended something after the first frame, or whose frames are turned
    differently. What it could not decode before the first frame is the beginning of a recording that starts between two
    keyframes.
    """
    decoded, damaged, turned = Decoded(), _Damage(film, found, ear), OneTurn()
    packets = found.packets if found.packets is not None else read_packets(film, ear)
    # The headers of all packets were read, and none of them turns a picture.
    may_turn = len(found.units) < found.count
    for frame in _frames(film, packets, damaged):
        number = len(decoded.pts)
        if may_turn:
            turned.see(number, frame)
        decoded.pts.append(frame.pts)
        decoded.durations.append(frame.duration)
        if frame.is_corrupt:
            damaged.mended(frame.pts)
        if number in wanted:
            take(number, frame)
    lost = damaged.refuse_after(decoded.pts)
    if lost:
        decoded.notes.append(f"{frames(lost, 'packet')} before its first frame cannot be decoded")
    return decoded


def _frames(film: Film, packets: Iterable[Any], damaged: _Damage) -> Iterator[Any]:
    decode = film.stream.codec_context.decode
    for packet in packets:
        beat()
        try:
            shown = decode(packet)
        except av.FFmpegError as error:
            shown = []
            damaged.failed(error)
        damaged.look(packet.pts)
        yield from shown
    try:
        yield from decode(None)
    except av.EOFError:
        return
    except av.FFmpegError as error:
        damaged.failed(error)
    damaged.look(None)


@dataclass(frozen=True)
class _Fault:
    packet: int
    pts: int | None
    words: str


class _Damage:
    """Where the decoder failed, said that something is wrong, or gave a frame that it had to mend."""

    def __init__(self, film: Film, found: Survey, ear: Ear) -> None:
        self._film = film
        self._found = found
        self._ear = ear
        self._packet = 0
        self._error: str | None = None
        self._short = False
        self._faults: list[_Fault] = []
        ear.forget_errors()

    def failed(self, error: av.FFmpegError) -> None:
        """The packet that was just given to the decoder cannot be decoded."""
        if error.errno == errno.ENOMEM:
            raise MemoryError from error
        self._error = error.strerror

    def mended(self, pts: int | None) -> None:
        """The decoder marked a frame as incomplete."""
        self._faults.append(_Fault(self._packet - 1, pts, "a frame is incomplete"))

    def look(self, pts: int | None) -> None:
        """Note what is wrong with the packet that was just decoded."""
        said = self._ear.errors_of(self._film.stream.codec_context.name)
        said = [words for words in said if words not in _BOOKKEEPING]
        if said or self._error:
            words = (said or [self._error or ""])[0]
            self._short |= may_be_short()
            self._faults.append(_Fault(self._packet, pts, _LOST if words.startswith(LOST) else words))
        self._error = None
        self._packet += 1

    def refuse_after(self, shown: list[int | None]) -> int:
        """Refuse the film if anything was wrong after the packet of the first frame; gives what was wrong before."""
        if not shown:
            words = self._faults[0].words if self._faults else "no frame comes"
            raise Refused(f"none of its packets can be decoded: {words}")
        faults = [fault for fault in self._faults if not self._is_before(fault, shown[0])]
        if not faults:
            return len(self._faults)
        stated = [fault for fault in faults if fault.pts is not None]
        worst = min(stated, key=lambda fault: fault.pts or 0) if stated else faults[0]
        at = "" if worst.pts is None else f" at {self._film.seconds(worst.pts):.1f} s"
        many = "" if len(faults) == 1 else f" and at {frames(len(faults) - 1, 'more packet')}"
        or_else = f"; or it takes more memory than {limit()}" if self._short else ""
        raise Refused(f"damaged{at}: {worst.words}{many}{or_else}")

    def _is_before(self, fault: _Fault, shown: int | None) -> bool:
        """Whether a fault is of the beginning of a recording that starts between two keyframes: before its first frame,
        in the file's order or in that of presentation.
        """
        times = self._found.pts
        if shown is None or shown not in times:
            return False
        begun = fault.packet - times.index(shown)
        # To the first frame itself all others before it seem lost.
        return begun < 0 or (begun == 0 and fault.words == _LOST) or (fault.pts is not None and fault.pts < shown)

"""Decoding only what leads to the chosen frames of a long film, where it is proven which frames those are.

Proven means: each packet shows exactly one frame, by its own headers; all have times, each another one; so the frames
in order of presentation are the packets in order of their times. Decoding begins at packets that need nothing before
them, again by their own headers. After a seek each packet must be the one that the survey saw at this place, and the
decoder must give the frames from the entry on one after the other, with exactly those times; only frames that no other
builds on are passed over. Whatever is otherwise ends the attempt, and the whole film is decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import av

from .opening import Film
from .packets import Place, Survey
from .pulse import beat
from .units import Unit

# Less than so many frames for each chosen one are decoded wholly: that proves more, and costs little.
FRAMES_PER_SEEK = 25
_ENTRIES = (Unit.ENTRY, Unit.OPEN_ENTRY)
# Part of a film's packets above which seeking gains nothing.
WORTHWHILE = 0.6


class Unproven(Exception):
    """Something is not as it must be for seeking to be right."""


@dataclass(frozen=True)
class Proof:
    """Packets in order of presentation (`order`), and each packet's place in it (`rank`, -1 if it is never shown)."""

    found: Survey
    order: list[int]
    rank: list[int]
    pts: list[int]


@dataclass(frozen=True)
class Run:
    """Decode from packet `entry` on until the frames at places `targets` have come."""

    entry: int
    targets: list[int]


def prove(found: Survey, frames: int) -> Proof | None:
    """That packets and frames are the same, and when each is shown; None where it cannot be known without decoding."""
    if len(found.units) != found.count or found.count <= FRAMES_PER_SEEK * frames:
        return None
    if not _entries_are_whole(found.units):
        return None
    pts = [value for value in found.pts if value is not None]
    if len(pts) != found.count or len(set(pts)) != len(pts):
        return None
    hidden = set(found.discarded)
    order = sorted((number for number in range(found.count) if number not in hidden), key=pts.__getitem__)
    if not order:
        return None
    first, last = pts[order[0]], pts[order[-1]]
    # What an edit list cuts off at both ends is never shown. Between shown frames it is another timeline.
    if any(first < pts[number] < last for number in hidden):
        return None
    rank = [-1] * found.count
    for place, number in enumerate(order):
        rank[number] = place
    return Proof(found, order, rank, pts)


def _entries_are_whole(units: list[Unit]) -> bool:
    """Whether decoding all gives all: it begins at an entry, and what leads an open one has what it needs before it."""
    entry: int | None = None
    for number, unit in enumerate(units):
        if unit in _ENTRIES:
            entry = number
        elif entry is None or (unit is Unit.LEADING and (entry == 0 or units[entry] is Unit.ENTRY)):
            return False
    return True


def plan(proof: Proof, places: list[int]) -> list[Run] | None:
    """Runs that give the frames at `places`, ascending; None where decoding all costs about as much."""
    runs: list[Run] = []
    cost, reached = 0, -1
    for place in places:
        target = proof.order[place]
        entry = _entry_of(proof.found.units, target)
        if runs and entry <= reached:
            runs[-1].targets.append(place)
            cost += max(0, target - reached)
        else:
            runs.append(Run(entry, [place]))
            cost += target - entry + 1
        reached = max(reached, target)
    return runs if cost <= WORTHWHILE * proof.found.count else None


def _entry_of(units: list[Unit], target: int) -> int:
    """The packet from which decoding gives packet `target`."""
    at = target
    if units[target] is Unit.LEADING:
        # It needs what was before the entry that it leads.
        while units[at] is not Unit.OPEN_ENTRY:
            at -= 1
        at -= 1
    while units[at] not in _ENTRIES:
        at -= 1
    return at


def decode_runs(
    film: Film, proof: Proof, runs: list[Run], threads: int, take: Callable[[Film, Any], Any]
) -> Iterator[tuple[int, Any]]:
    """What `take` makes of each target frame, with its place, ascending. Several runs go side by side.

    Raises Unproven when packets or frames are not the expected ones.
    """
    try:
        if min(threads, len(runs)) == 1:
            for run in runs:
                yield from _run(film, proof, run, take)
        else:
            yield from _side_by_side(film, proof, [runs[number::threads] for number in range(threads)], take)
    except av.FFmpegError as error:
        raise Unproven from error


def _side_by_side(
    film: Film, proof: Proof, shares: list[list[Run]], take: Callable[[Film, Any], Any]
) -> list[tuple[int, Any]]:
    def work(own: Film, share: list[Run]) -> list[tuple[int, Any]]:
        return [pair for run in share for pair in _run(own, proof, run, take)]

    used = [share for share in shares if share]
    films = [film, *(film.again() for _ in used[1:])]
    try:
        with ThreadPoolExecutor(len(used)) as pool:
            done = list(pool.map(work, films, used))
    finally:
        for other in films[1:]:
            other.close()
    return sorted((pair for pairs in done for pair in pairs), key=lambda pair: pair[0])


def _run(film: Film, proof: Proof, run: Run, take: Callable[[Film, Any], Any]) -> Iterator[tuple[int, Any]]:
    targets = set(run.targets)
    wanted = {proof.order[place] for place in targets}
    packets = _packets_from(film, proof.found, run.entry)
    # The first frame that is shown: of the entry, or after what an edit list cuts off.
    expected = _first_place(proof, run.entry)
    while targets:
        number, packet = next(packets, (-1, None))
        if number >= 0 and _is_passed_over(proof, number, wanted):
            continue
        for frame in film.stream.codec_context.decode(packet):
            while expected < len(proof.order) and _is_passed_over(proof, proof.order[expected], wanted):
                expected += 1
            if expected == len(proof.order) or frame.pts != proof.pts[proof.order[expected]]:
                raise Unproven("a frame has another time")
            if frame.is_corrupt:
                raise Unproven("a frame is incomplete")
            if expected in targets:
                yield expected, take(film, frame)
                targets.remove(expected)
            expected += 1
        if packet is None and targets:
            raise Unproven("a frame did not come")


def _is_passed_over(proof: Proof, number: int, wanted: set[int]) -> bool:
    return proof.found.units[number] is Unit.UNUSED and number not in wanted


def _first_place(proof: Proof, entry: int) -> int:
    """Place of the first frame that comes when decoding begins at an entry: its own, or one that it leads in (RADL)."""
    units, places, at = proof.found.units, [proof.rank[entry]], entry + 1
    while at < len(units) and proof.pts[at] < proof.pts[entry]:
        if units[at] is not Unit.LEADING:
            places.append(proof.rank[at])
        at += 1
    shown = [place for place in places if place >= 0]
    if shown:
        return min(shown)
    if proof.pts[entry] < proof.pts[proof.order[0]]:
        return 0
    raise Unproven("the entry is never shown")


def _packets_from(film: Film, found: Survey, entry: int) -> Iterator[tuple[int, Any]]:
    """The packets of a film from one on, with their numbers, each the one that the survey saw."""
    film.container.seek(found.entries[entry], stream=film.stream)
    number = None
    for packet in film.container.demux(film.stream):
        beat()
        if packet.size == 0:
            continue
        at = Place(packet.pts, packet.pos, packet.size)
        if number is None:
            number = found.at.index(at) if at in found.at else found.count
            if number > entry:
                raise Unproven("the container begins elsewhere")
        if number == found.count or found.at[number] != at:
            raise Unproven("another packet stands there")
        if number >= entry:
            yield number, packet
        number += 1
    if number != found.count:
        raise Unproven("the packets end early")

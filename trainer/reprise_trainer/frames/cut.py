"""Cutting one video: its frames are known by seeking where that is proven, else by decoding all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .decoding import decode_whole
from .logs import Ear
from .opening import Film, open_film
from .packets import Survey, survey
from .picture import Painter, target_size
from .refusals import Refused, frames
from .rules import choose
from .seeking import Unproven, decode_runs, plan, prove
from .strip import strip_writer
from .timeline import Timeline, timeline

# Pictures that several decoders make side by side wait in memory for their turn.
MOST_WAITING_BYTES = 256 * 1024 * 1024
_RGB_BYTES = 3


@dataclass(frozen=True)
class Wish:
    """What a step asks of each of its videos: how many frames, by which rule, of which size."""

    frames: int
    rule: str
    size: Any


@dataclass(frozen=True)
class _Work:
    """One video at work."""

    film: Film
    found: Survey
    ear: Ear
    wish: Wish
    output: str
    threads: int

    def timeline(self, pts: list[int | None], durations: list[int]) -> Timeline:
        return timeline(pts, durations, self.found.pts, self.film.stream.time_base, self.film.start)

    def line(self, read: str, times: Timeline, index: list[int], size: tuple[int, int]) -> dict[str, Any]:
        return {
            "index": index,
            "pts": [round(times.times[number], 6) for number in index],
            "total": len(times.times),
            "variable_rate": times.varies,
            "width": size[0],
            "height": size[1],
            "read": read,
            "notes": [*self.film.notes, *times.notes],
        }


def cut(path: str, output: str, wish: Wish, threads: int) -> dict[str, Any]:
    """Cut a video into a strip at `output`; gives its line of the manifest, without the video's name and the strip's.

    Raises Refused, with what was seen, for a video whose frames cannot be known or are too few.
    """
    ear = Ear()
    film = open_film(path, ear)
    try:
        work = _Work(film, survey(film, ear), ear, wish, output, threads)
        line = _by_seeking(work) or _by_decoding(work)
    finally:
        film.close()
    if ear.warnings:
        times = "once" if ear.warnings == 1 else f"{ear.warnings} times"
        line["notes"].append(f"FFmpeg warned {times}, first: {ear.first}")
    return {**line, "rule": wish.rule, "warnings": ear.warnings}


def _by_seeking(work: _Work) -> dict[str, Any] | None:
    film, found, wish = work.film, work.found, work.wish
    proof = prove(found, wish.frames)
    if proof is None:
        return None
    shown = [proof.pts[number] for number in proof.order]
    times = work.timeline([*shown], [])
    index = choose(wish.rule, len(shown), wish.frames, times.seconds)
    runs = plan(proof, sorted(set(index)))
    if runs is None:
        return None
    heard, sizes = work.ear.warnings, set()
    try:
        with strip_writer(work.output, len(index)) as strip:
            for place, picture in decode_runs(film, proof, runs, _decoders(work), _taker(wish)):
                sizes.add((picture.width, picture.height))
                for _ in range(index.count(place)):
                    strip.add(picture)
        if work.ear.errors_of(film.container.format.name) or work.ear.errors_of(film.stream.codec_context.name):
            raise Unproven("the libraries found something wrong")
        if len(sizes) > 1:
            raise Unproven("the picture size changes")
    except Unproven:
        work.ear.rewind(heard)
        return None
    return work.line("seek", times, index, sizes.pop())


def _decoders(work: _Work) -> int:
    """How many decoders may work side by side: their pictures wait in memory until all are there."""
    context = work.film.stream.codec_context
    width, height = target_size(work.wish.size, context.width, context.height)
    return work.threads if width * height * _RGB_BYTES * work.wish.frames <= MOST_WAITING_BYTES else 1


def _taker(wish: Wish) -> Callable[[Film, Any], Any]:
    painters: dict[int, Painter] = {}

    def take(film: Film, frame: Any) -> Any:
        return painters.setdefault(id(film), Painter(wish.size)).paint(frame)

    return take


def _by_decoding(work: _Work) -> dict[str, Any]:
    film, found, wish, ear = work.film, work.found, work.wish, work.ear
    index, heard = _likely(work), ear.warnings
    fresh = found.packets is not None and not film.stream.codec_context.is_open
    # The second pass is for films that have another number of frames than of packets.
    for _ in range(2):
        used = film if fresh else film.again()
        ear.rewind(heard)
        try:
            times, size = _decoded(work, used, index)
        finally:
            if used is not film:
                used.close()
        total = len(times.times)
        if total < wish.frames:
            raise Refused(f"it has {frames(total)}, {wish.frames} are needed")
        right = choose(wish.rule, total, wish.frames, times.seconds)
        if right == index and size is not None:
            return work.line("decode", times, index, size)
        index, fresh = right, False
    raise Refused("decoding it twice gave two numbers of frames")


def _likely(work: _Work) -> list[int]:
    """The frames to take if each packet is one."""
    found, wish = work.found, work.wish
    count = found.count - len(found.discarded)
    if count < wish.frames:
        return []
    stated = [value for value in found.pts if value is not None] or [0]
    span = float((max(stated) - min(stated)) * work.film.stream.time_base)
    return choose(wish.rule, count, wish.frames, span * count / max(1, count - 1))


def _decoded(work: _Work, film: Film, index: list[int]) -> tuple[Timeline, tuple[int, int] | None]:
    """Times of all frames, and the size of the pictures that stand in the strip, if all asked ones do."""
    painter = Painter(work.wish.size)
    with strip_writer(work.output, len(index)) as strip:

        def take(number: int, frame: Any) -> None:
            picture = painter.paint(frame)
            for _ in range(index.count(number)):
                strip.add(picture)

        decoded = decode_whole(film, work.found, work.ear, set(index), take)
    times = work.timeline(decoded.pts, decoded.durations)
    return times, painter.size if strip.written == len(index) else None

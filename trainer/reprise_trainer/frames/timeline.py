"""Presentation times of a film's frames, from what the decoder gave with each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from .refusals import Refused

# The most frames that a decoder may hold back to put them in order (H.264, HEVC).
MOST_REORDERED = 16
# Containers round times to milliseconds.
ROUNDING = 0.002


@dataclass(frozen=True)
class Timeline:
    """Times in seconds from the file's start, in order of presentation; `notes` say what was not as it should be."""

    times: list[float]
    notes: list[str]

    @property
    def seconds(self) -> float:
        """Length of the film: the last frame lasts as long as the mean one."""
        count = len(self.times)
        return (self.times[-1] - self.times[0]) * count / (count - 1) if count > 1 else 0.0

    @property
    def varies(self) -> bool:
        """Whether the time between two frames varies by more than rounding: then number / rate is no frame's time."""
        gaps = [after - before for before, after in pairwise(self.times)]
        return len(gaps) > 1 and max(gaps) - min(gaps) > max(ROUNDING, 0.1 * min(gaps))


def timeline(
    pts: Sequence[int | None],
    durations: Sequence[int],
    packets: Sequence[int | None],
    tick: Fraction,
    start: float,
) -> Timeline:
    """Times of frames in the decoder's order, which is that of presentation.

    `pts` and `durations` of the frames and times of the `packets`, in the file's order, are in units of `tick`; `start`
    is the file's start in seconds. Refuses a film whose times go back: what stands between its parts is not known.
    """
    stated, notes = _filled(pts, durations)
    back = next((at for at in range(1, len(stated)) if stated[at] < stated[at - 1]), None)
    if back is not None:
        if not _in_coding_order(stated, packets):
            before, after = (float(stated[at] * tick) - start for at in (back - 1, back))
            raise Refused(
                f"its times go back from {before:.2f} s to {after:.2f} s at frame {back},"
                " as where recordings were joined"
            )
        stated.sort()
        notes.append("its times stand in coding order, and were put in order")
    step = float(tick)
    return Timeline([value * step - start for value in stated], notes)


def _in_coding_order(stated: list[int], packets: Sequence[int | None]) -> bool:
    """Whether the times are those of coding, as in AVI, which has no other: they ascend from packet to packet."""
    order = sorted(range(len(stated)), key=stated.__getitem__)
    return all(
        before is not None and after is not None and before < after for before, after in pairwise(packets)
    ) and all(abs(at - place) <= MOST_REORDERED for at, place in enumerate(order))


def _filled(pts: Sequence[int | None], durations: Sequence[int]) -> tuple[list[int], list[str]]:
    """Times where some or all frames carry none: counted from their neighbours' by the frames' durations."""
    missing = sum(value is None for value in pts)
    if missing == 0:
        return [value for value in pts if value is not None], []
    first = next((at for at, value in enumerate(pts) if value is not None), 0)
    value = pts[first] or 0
    times = [value]
    for at in range(first - 1, -1, -1):
        value -= _lasting(durations[at])
        times.insert(0, value)
    for at in range(first + 1, len(pts)):
        stated = pts[at]
        times.append(times[-1] + _lasting(durations[at - 1]) if stated is None else stated)
    which = "its frames carry" if missing == len(pts) else f"{missing} of its {len(pts)} frames carry"
    return times, [f"{which} no time: counted from the frames' durations"]


def _lasting(duration: int) -> int:
    if duration <= 0:
        raise Refused("its frames carry neither time nor duration")
    return duration

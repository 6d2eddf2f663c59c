"""Which frames of a video are taken."""

from __future__ import annotations

import math

# Frames a second of the released code's first sampling, the library's default.
SAMPLED_FPS = 2
FEWEST_SAMPLED = 4
MOST_SAMPLED = 768


def choose(rule: str, total: int, count: int, seconds: float) -> list[int]:
    """Numbers of the frames that are taken, ascending, from 0. `total` is at least `count`; `seconds` is the length.

    - linspace-round: spread evenly over the whole film, both ends included, rounded, halves to even.
    - qwen-vl-utils: the same; that library's `nframes`, with an even count.
    - as-released: first at 2 frames a second (at least 4, at most 768, even, rounded), then `count` of those, cut down
      to whole numbers: the released ST-R1 code. A short film gives the same frame several times.
    - segment-centre: the middle frame of each of `count` equal parts, as the InternVL baselines see them.
    """
    if rule in ("linspace-round", "qwen-vl-utils"):
        return [round(place) for place in _linspace(total - 1, count)]
    if rule == "as-released":
        most = _even(min(MOST_SAMPLED, total))
        sampled = _even(min(max(seconds * SAMPLED_FPS, FEWEST_SAMPLED), most))
        first = [round(place) for place in _linspace(total - 1, sampled)]
        return [first[math.floor(place)] for place in _linspace(sampled - 1, count)]
    if rule == "segment-centre":
        return [math.floor((place + 0.5) * total / count) for place in range(count)]
    raise ValueError(f"unknown rule {rule!r}")


def _linspace(last: int, count: int) -> list[float]:
    return [0.0] if count == 1 else [place * last / (count - 1) for place in range(count)]


def _even(value: float) -> int:
    return math.floor(value / 2) * 2

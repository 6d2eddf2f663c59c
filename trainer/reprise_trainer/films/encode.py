"""H.264 in mp4, with the same bytes for the same pictures."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.filter import Graph

from .media_length import state_media_length

# Units of time in a second: of a file, and of the times where the frame rate varies.
_TICKS = 12_000
# Whatever the date.
_BIT_EXACT = {"fflags": "+bitexact", "video_track_timescale": str(_TICKS)}


class Encoder:
    """Encodes films of one size, one after the other: the next one takes the memory that one gave free."""

    def __init__(self, size: int, frames: int, rate: int, crf: int, x264: str) -> None:
        self._size = size
        self._frames = frames
        self._rate = rate
        self._options = {"preset": "veryfast", "crf": str(crf), "x264-params": x264, "flags": "+bitexact"}
        self._pixels = np.empty((size, size, 3), np.uint8)
        self._drawn = av.VideoFrame.from_numpy_buffer(self._pixels, "rgb24")
        self._graph = Graph()
        self._graph.threads = 1
        source = f"video_size={size}x{size}:pix_fmt=rgb24:time_base=1/{rate}:pixel_aspect=0/1"
        sink = self._graph.add("format", "yuv420p"), self._graph.add("buffersink")
        self._graph.link_nodes(self._graph.add("buffer", source), *sink).configure()

    def encode(self, pictures: io.BufferedIOBase, output: str, *, uneven: bool) -> None:
        """Encode the next pictures into a file at `output`. Raises EOFError where they end early."""
        ticks = _TICKS if uneven else self._rate
        options = {**_BIT_EXACT, "movie_timescale": str(_TICKS if uneven else 1000)}
        file = io.BytesIO()
        with av.open(file, "w", format="mp4", options=options) as container:
            stream: Any = container.add_stream("libx264", rate=self._rate, options=self._options)
            stream.width, stream.height, stream.pix_fmt = self._size, self._size, "yuv420p"
            # As the ffmpeg command calls it.
            stream.metadata["encoder"] = "Lavc libx264"
            stream.codec_context.thread_count = 1
            stream.codec_context.time_base = Fraction(1, ticks)
            for number in range(self._frames + 1):
                for packet in stream.encode(self._frame(pictures, number, ticks)):
                    packet.duration = ticks // self._rate
                    container.mux(packet)
        film = bytearray(file.getbuffer())
        state_media_length(film)
        Path(output).write_bytes(film)

    def _frame(self, pictures: io.BufferedIOBase, number: int, ticks: int) -> Any:
        """The next picture as x264 takes it; None after the last one."""
        if number == self._frames:
            return None
        if pictures.readinto(self._pixels.data) < self._pixels.nbytes:
            raise EOFError("the pictures of a film end early")
        self._graph.vpush(self._drawn)
        frame = self._graph.vpull()
        frame.pts = number if ticks == self._rate else _uneven_time(number, self._rate)
        frame.time_base = Fraction(1, ticks)
        return frame


def _uneven_time(number: int, rate: int) -> int:
    """When a frame is shown, in ticks: no multiple of anything, which is what index / fps gets wrong."""
    return int((number + 0.45 * (number * 7 % 5) / 5) / (rate * (1 / _TICKS)))

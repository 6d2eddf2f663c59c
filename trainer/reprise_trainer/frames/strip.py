"""A filmstrip: a PNG of frames one under the other, written picture by picture."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGB_8_BITS = (8, 2, 0, 0, 0)
_CHUNK_BYTES = 1 << 20
_SUB, _CHANNELS = 1, 3


@contextmanager
def strip_writer(path: str, count: int) -> Iterator[Strip]:
    """A strip of `count` pictures, top to bottom. Only one of them is in memory at a time: a strip may be large."""
    with Path(path).open("wb") as file:
        strip = Strip(file, count)
        yield strip
        strip.finish()


class Strip:
    """A strip that is being written."""

    def __init__(self, file: BinaryIO, count: int) -> None:
        self._file = file
        self._count = count
        # For pictures: as small as the usual strategy makes them, in less time.
        self._packer = zlib.compressobj(1, strategy=zlib.Z_RLE)
        self._packed = bytearray()
        # Pictures so far.
        self.written = 0

    def add(self, picture: Any) -> None:
        """Append a picture in rgb24; all have the same size."""
        if self.written == 0:
            self._file.write(_SIGNATURE)
            self._chunk(b"IHDR", struct.pack(">2I5B", picture.width, picture.height * self._count, *_RGB_8_BITS))
        self.written += 1
        self._packed += self._packer.compress(_filtered(picture).data)
        if len(self._packed) >= _CHUNK_BYTES:
            self._chunk(b"IDAT", self._packed)
            self._packed.clear()

    def finish(self) -> None:
        """Write what is left."""
        self._chunk(b"IDAT", self._packed + self._packer.flush())
        self._chunk(b"IEND", b"")

    def _chunk(self, name: bytes, data: bytes | bytearray) -> None:
        check = zlib.crc32(data, zlib.crc32(name))
        self._file.write(struct.pack(">I4s", len(data), name) + data + struct.pack(">I", check))


def _filtered(picture: Any) -> np.ndarray:
    """Rows of a picture as PNG packs them: the number of their filter, then each pixel less the one left of it."""
    plane, row = picture.planes[0], picture.width * _CHANNELS
    pixels = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: picture.height, :row]
    rows = np.empty((picture.height, 1 + row), np.uint8)
    rows[:, 0] = _SUB
    rows[:, 1 : 1 + _CHANNELS] = pixels[:, :_CHANNELS]
    np.subtract(pixels[:, _CHANNELS:], pixels[:, :-_CHANNELS], out=rows[:, 1 + _CHANNELS :])
    return rows

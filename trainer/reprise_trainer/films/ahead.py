"""A stream that is read while what came before is worked on: whoever writes it need not wait for that."""

from __future__ import annotations

import io
import os
from collections import deque
from threading import Condition, Thread
from typing import Any

# As much as a pipe or a socket gives at once.
_PIECE_BYTES = 1 << 18


class Ahead(io.RawIOBase):
    """What a file descriptor gives, read by a thread of its own until `most` bytes wait."""

    def __init__(self, descriptor: int, most: int) -> None:
        self._most = most
        # The last one is empty, or what reading raised.
        self._pieces: deque[memoryview | OSError] = deque()
        self._waiting = 0
        self._changed = Condition()
        # It may wait for ever when nobody takes what it has read.
        Thread(target=self._read_on, args=(descriptor,), daemon=True).start()

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, target: Any) -> int:
        """Take what was read. Raises what reading raised, where that was reached."""
        with self._changed:
            self._changed.wait_for(lambda: self._pieces)
            piece = self._pieces[0]
            if isinstance(piece, OSError):
                raise piece
            count = min(len(target), len(piece))
            target[:count] = piece[:count]
            if 0 < count == len(piece):
                self._pieces.popleft()
            else:
                self._pieces[0] = piece[count:]
            self._waiting -= count
            self._changed.notify()
            return count

    def _read_on(self, descriptor: int) -> None:
        piece: memoryview | OSError = memoryview(b" ")
        while piece and not isinstance(piece, OSError):
            try:
                piece = memoryview(os.read(descriptor, _PIECE_BYTES))
            except OSError as error:
                piece = error
            with self._changed:
                self._pieces.append(piece)
                self._waiting += 0 if isinstance(piece, OSError) else len(piece)
                self._changed.notify()
                self._changed.wait_for(lambda: self._waiting < self._most)

"""A stream that is read before anybody asks: its writer is not held up, and its bytes are the same."""

import io
import os
import time

import pytest
from reprise_trainer.films.ahead import Ahead

MOST = 1 << 20
BYTES = bytes(range(256)) * (MOST // 256)


def written(sink: int, data: bytes, patience: float) -> int:
    """How much of the data can be written before it has to wait for longer than a few seconds."""
    os.set_blocking(sink, False)
    done, last = 0, time.monotonic()
    while done < len(data) and time.monotonic() < last + patience:
        try:
            # Less than what a pipe holds.
            done += os.write(sink, data[done : done + 16384])
            last = time.monotonic()
        except BlockingIOError:
            time.sleep(0.001)
    os.close(sink)
    return done


def test_a_writer_is_done_before_anybody_takes_what_it_wrote() -> None:
    source, sink = os.pipe()
    ahead = io.BufferedReader(Ahead(source, MOST))
    assert written(sink, BYTES, 30) == MOST
    assert ahead.readline() == BYTES[:11]
    assert ahead.read() == BYTES[11:]
    assert ahead.read() == ahead.read(1) == b""
    os.close(source)


def test_not_much_more_waits_than_is_allowed() -> None:
    source, sink = os.pipe()
    ahead = Ahead(source, MOST)
    done = written(sink, BYTES * 8, 0.5)
    assert done < 3 * MOST
    # What could not be written is given free.
    assert len(ahead.readall()) == done
    os.close(source)


def test_what_was_read_comes_before_its_writer_is_done() -> None:
    source, sink = os.pipe()
    ahead = io.BufferedReader(Ahead(source, MOST))
    os.write(sink, b"a line\nand")
    assert ahead.readline() == b"a line\n"
    os.close(sink)
    assert ahead.read() == b"and"
    os.close(source)


def test_what_reading_raised_is_raised_where_it_is_reached() -> None:
    source, sink = os.pipe()
    with pytest.raises(OSError, match="Bad file descriptor"):
        # This end cannot be read.
        Ahead(sink, MOST).read(1)
    assert Ahead(source, MOST).readable()
    os.close(sink)
    os.close(source)

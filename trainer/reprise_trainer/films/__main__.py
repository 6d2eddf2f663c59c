"""python -m reprise_trainer.films HOW: encode films, one after the other, as their pictures come.

HOW is the JSON of {"size", "frames", "rate", "crf", "x264"}: width and height of all films, their number of pictures
and how many of them are a second, the quality, and further parameters of x264. Each film is a line of standard input,
{"output": path, "uneven": whether its frame rate varies}, and then its pictures in rgb24. A line of standard output
tells that it is written: {"written": path}.
"""

from __future__ import annotations

import gc
import io
import json
import sys

from ..processes.ending import end_with_parent
from .ahead import Ahead
from .encode import Encoder

# Of pictures, while a film is encoded.
_MOST_WAITING = 4 << 20


def main(arguments: str) -> None:
    """`arguments`: the JSON of HOW."""
    end_with_parent()
    encoder = Encoder(**json.loads(arguments))
    # What is loaded stays, and need not be looked at again and again.
    gc.freeze()
    pictures = io.BufferedReader(Ahead(0, _MOST_WAITING))
    while line := pictures.readline():
        film = json.loads(line)
        encoder.encode(pictures, film["output"], uneven=film["uneven"])
        print(json.dumps({"written": film["output"]}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])

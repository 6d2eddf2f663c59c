"""python -m reprise_trainer.frames WISH: look at clips, or cut them, one after the other, as is asked.

Each line of standard input asks for one thing: {"look": path}, or {"cut": path, "output": path, "threads": number}.
It is answered by one line of standard output: {"seen": true}, {"cut": the clip's line of the manifest}, {"refused":
why}, or {"failed": {"code", "message"}} for what is not the clip's fault. Other lines are signs of life: {"ready":
true} at the beginning, {"alive": true} while a long film is read. The process ends with its input. It dies with a clip
on which the decoder crashes: its owner starts another one.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any, TextIO

import av

from ..job.failures import classify
from ..processes.ending import end_with_parent
from . import logs, memory, pulse
from .cut import Wish, cut
from .opening import open_film
from .refusals import Refused


def main(arguments: str) -> None:
    """`arguments`: the JSON of {"frames", "rule", "size", "memory_bytes"}."""
    end_with_parent()
    given = json.loads(arguments)
    memory.limit_to(given.pop("memory_bytes"))
    wish, answers = Wish(**given), _own_output()

    def say(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    # What is loaded stays, and need not be looked at again and again.
    gc.freeze()
    logs.listen()
    pulse.tell_by(lambda: say({"alive": True}))
    say({"ready": True})
    for line in sys.stdin:
        say(_answer(json.loads(line), wish))


def _answer(ask: dict[str, Any], wish: Wish) -> dict[str, Any]:
    try:
        if "look" in ask:
            open_film(ask["look"], logs.Ear()).close()
            return {"seen": True}
        line = cut(ask["cut"], ask["output"], wish, ask["threads"])
        return {"cut": {**line, "sha256": _digest(ask["cut"])}}
    except Refused as refused:
        return {"refused": str(refused)}
    except MemoryError:
        return {"refused": f"decoding it takes more memory than {memory.limit()}"}
    except Exception as error:
        if isinstance(error, OSError) and not isinstance(error, av.FFmpegError):
            code, message = classify(error, Path(ask["output"]).parent)
            return {"failed": {"code": code, "message": message}}
        traceback.print_exc()
        return {"refused": f"it cannot be read ({type(error).__name__}: {error})"}


def _digest(path: str) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _own_output() -> TextIO:
    """Standard output, which no library can write to from now on."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return own


if __name__ == "__main__":
    main(sys.argv[1])

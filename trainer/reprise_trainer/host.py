"""python -m reprise_trainer.host SOCKET REPRODUCIBLE ROOM: load the libraries once, then fork a process for each step.

SOCKET is the number of an open one, to the worker. Both sides say JSON lines: schemas/trainer-host.schema.json.
REPRODUCIBLE is that of all its steps. ROOM are blanks, where a step's process writes its command. Linux only.

A step's process is what `python -m reprise_trainer JOB` would be: in a session and group of its own, with its own log,
folder and mark, and with the variables of this process, which are those that the worker would have given to it. It dies
with this process, which dies with its worker.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import __main__ as step
from .launching.late import not_collecting
from .processes import forking, shown
from .processes.ending import end_with_parent, finish

# Bytes of what the worker says, at once.
MOST = 65536


@dataclass(frozen=True)
class Ask:
    """A step to begin: its number, job file, folder (None: this process's), log, and the mark of its processes."""

    step: int
    job: str
    folder: str | None
    log: str
    mark: str


ASKED: dict[str, Any] = {"step": int, "job": str, "folder": str | None, "log": str, "mark": str}


def read_ask(line: bytes) -> Ask:
    """What a line asks for. Raises ValueError where it is no such thing."""
    raw = json.loads(line)
    if not isinstance(raw, dict) or set(raw) != set(ASKED):
        raise ValueError("a line asks for nothing that is known here")
    for name, kind in ASKED.items():
        if not isinstance(raw[name], kind) or isinstance(raw[name], bool):
            raise ValueError(f"'{name}' of what is asked for is {type(raw[name]).__name__}")
    return Ask(**raw)


class Host:
    """Begins steps as they are asked for, and tells how each ends."""

    def __init__(self, descriptor: int) -> None:
        self._worker = socket.socket(fileno=descriptor)
        self._worker.set_inheritable(False)
        self._pid = os.getpid()
        # What the libraries say as they are loaded, for the log of each step.
        self._said = os.memfd_create("said")
        for output in (1, 2):
            os.dup2(self._said, output)
        self._watched = selectors.DefaultSelector()
        self._watched.register(self._worker, selectors.EVENT_READ)
        # The running steps' processes, as files that can be read when they end.
        self._running: dict[int, Ask] = {}

    def say(self, says: str, **more: Any) -> None:
        """Tell the worker."""
        self._worker.sendall(json.dumps({"says": says, **more}).encode() + b"\n")

    def load(self, reproducible: str) -> bool:
        """Load the libraries, and say whether steps can be asked for."""
        self.say("up")
        try:
            os.close(os.pidfd_open(self._pid))
            with not_collecting():
                step.before_libraries(reproducible)
                from . import warm

                warm.load()
        except (Exception, SystemExit) as error:
            self.say("unfit", why=f"{type(error).__name__}: {error}")
            return False
        # What is there now is not looked at again: memory that nobody writes is shared by all.
        gc.collect()
        gc.freeze()
        why = forking.why_not()
        if why is not None:
            self.say("unfit", why=why)
            return False
        self.say("ready")
        return True

    def serve(self) -> Ask | None:
        """Begin steps until the worker has gone: then None. In a step's process: what was asked for."""
        rest = b""
        while True:
            for key, _ in self._watched.select():
                if key.fileobj is not self._worker:
                    self._tell_end(key.fd, key.data)
                    continue
                said = self._worker.recv(MOST)
                if not said:
                    return None
                *lines, rest = (rest + said).split(b"\n")
                for line in lines:
                    ask = read_ask(line)
                    if self._begin(ask):
                        return ask

    def _begin(self, ask: Ask) -> bool:
        """Fork; true in the new process."""
        why = forking.why_not()
        if why is not None:
            self.say("refused", step=ask.step, why=why)
            return False
        heard, told = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(heard)
            try:
                self._become(ask)
                os.write(told, b"begun")
            except BaseException as error:
                os.write(told, f"{type(error).__name__}: {error}".encode()[:4000])
                os._exit(1)
            os.close(told)
            return True
        os.close(told)
        # Nobody may signal its group before it has one.
        answer = _read_all(heard)
        if answer == b"begun":
            running = os.pidfd_open(pid)
            self._running[running] = ask
            self._watched.register(running, selectors.EVENT_READ, pid)
            self.say("begun", step=ask.step, pid=pid)
            return False
        os.waitpid(pid, 0)
        why = answer.decode(errors="replace") or "its process died as it began"
        self.say("refused", step=ask.step, why=why)
        return False

    def _become(self, ask: Ask) -> None:
        """Be what a process is that was started for this step alone."""
        os.setsid()
        end_with_parent()
        forking.child_of(self._pid)
        shown.mark(ask.mark)
        shown.command("-m", __package__ or "", ask.job)
        if ask.folder is not None:
            os.chdir(ask.folder)
        log = os.open(ask.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        for output in (1, 2):
            os.dup2(log, output)
        os.write(1, os.pread(self._said, os.fstat(self._said).st_size, 0))
        for file in (log, self._said, *self._running):
            os.close(file)
        self._watched.close()
        self._worker.close()
        sys.argv = [str(Path(__file__).with_name("__main__.py")), ask.job]
        import numpy

        # As in a new process. Python sees to its own numbers, and torch's begin with a constant.
        numpy.random.seed()

    def _tell_end(self, running: int, pid: int) -> None:
        self._watched.unregister(running)
        os.close(running)
        ended = self._running.pop(running)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        self.say("ended", step=ended.step, code=code)


def _read_all(file: int) -> bytes:
    found = b""
    while part := os.read(file, MOST):
        found += part
    os.close(file)
    return found


def main(descriptor: int, reproducible: str) -> int:
    """Exit code: 0 when the worker has gone, or does not want it any more. A step's process ends with the step's."""
    end_with_parent()
    host = Host(descriptor)
    ask = host.serve() if host.load(reproducible) else None
    if ask is not None:
        finish(step.main(ask.job))
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2]))

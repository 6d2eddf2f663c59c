"""Types a line into a real shell, presses Tab, and prints what the terminal shows.

Arguments: shell, set-up line, line, and a pattern of what is expected.
"""

import os
import pty
import re
import select
import sys
import time

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>()][0-9A-B]?|[\r\x07]|.\x08")
COMMANDS = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}
LIMIT_S = 40


def main(shell: str, setup: str, line: str, expected: str) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="dumb", PS1="$ ", COLUMNS="200", HISTFILE="/dev/null")
        os.execvp(COMMANDS[shell][0], COMMANDS[shell])
    seen = ""

    def until(done: str) -> bool:
        nonlocal seen
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            if re.search(done, CONTROL.sub("", seen)):
                return True
            if select.select([terminal], [], [], 0.2)[0]:
                seen += os.read(terminal, 65536).decode(errors="replace")
        return False

    os.write(terminal, f"{setup}; printf '%s%s\\n' re ady\n".encode())
    if not until(r"ready"):
        sys.exit(f"the shell did not start: {seen!r}")
    seen = ""
    os.write(terminal, f"{line}\t".encode())
    until(expected)
    os.write(terminal, b"\x03exit\n")
    print(CONTROL.sub("", seen))


main(*sys.argv[1:5])

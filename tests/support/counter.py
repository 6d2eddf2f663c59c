"""A program that can be resumed, as docs/run-command.md shows one: counts to a number and saves where it is."""

import json
import os
import signal
import sys
import time
from pathlib import Path

total, pause = int(sys.argv[1]), float(sys.argv[2])
checkpoints = Path(os.environ["REPRISE_CHECKPOINTS"])
resume = os.environ.get("REPRISE_RESUME")
seen = json.loads((Path(resume) / "seen.json").read_text()) if resume else []
stopping = []
signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))


def event(**fields):
    with open(os.environ["REPRISE_EVENTS"], "a") as file:
        file.write(json.dumps({"time": time.time(), **fields}) + "\n")


def save():
    aside = checkpoints / "saving"
    aside.mkdir(exist_ok=True)
    (aside / "seen.json").write_text(json.dumps(seen))
    aside.rename(checkpoints / f"checkpoint-{len(seen)}")


while len(seen) < total:
    time.sleep(pause)
    seen.append(len(seen) * 7 % 11)
    event(event="progress", done=len(seen), total=total, unit="number")
    if len(seen) % int(os.environ.get("REPRISE_CHECKPOINT_STEPS", "10")) == 0 or stopping:
        save()
    if stopping:
        sys.exit(75)
(Path(os.environ["REPRISE_OUTPUT_NUMBERS"]) / "seen.json").write_text(json.dumps(seen))
event(event="metrics", step=total, values={"sum": sum(seen)})

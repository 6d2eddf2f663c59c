"""A step of this kind. docs/kinds.md says what the job holds, docs/run-command.md what a program must do."""

import json
import os
import signal
import sys
import time
from pathlib import Path

job = json.loads(Path(os.environ["REPRISE_JOB"]).read_text())
params = job["params"]
every = job["checkpoint"]["every_steps"] or 5

# Asked to stop, it saves and ends with 75.
stopping = []
signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))


def say(event: str, **what: object) -> None:
    """Appends a line to the event file."""
    with open(job["events"], "a") as events:
        events.write(json.dumps({"event": event, "time": time.time(), **what}) + "\n")


def save(state: dict) -> None:
    """Writes a checkpoint aside, and renames it: it is whole or not there."""
    aside = Path(job["checkpoints"], "saving")
    aside.mkdir(exist_ok=True)
    (aside / "state.json").write_text(json.dumps(state))
    aside.rename(aside.with_name(f"checkpoint-{state['step']}"))


if job["resume"]:
    state = json.loads(Path(job["resume"], "state.json").read_text())
else:
    state = {"step": 0, "value": params["start"]}

while state["step"] < params["steps"]:
    time.sleep(params["pause"])
    state = {"step": state["step"] + 1, "value": state["value"] / 2}
    print(params["label"], state["step"], state["value"], flush=True)
    say("metrics", step=state["step"], values={"value": state["value"]})
    say("progress", done=state["step"], total=params["steps"], unit="step")
    if state["step"] % every == 0 or stopping:
        save(state)
    if stopping:
        sys.exit(75)

Path(job["outputs"]["table"], "value.json").write_text(json.dumps(state))

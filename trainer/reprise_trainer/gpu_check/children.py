"""Jobs as processes of their own, as a step runs them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..processes import stop
from .checks import Check

# What a worker sets for a trainer whose inputs are all local.
ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUNBUFFERED": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
# What it sets where a recipe asks for that (host/portable.ts).
DETERMINISTIC = {"CUBLAS_WORKSPACE_CONFIG": ":4096:8"}


def environment(**more: str) -> dict[str, str]:
    """Of a process of ours: it finds the trainers where this one did."""
    paths = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **more}


class TooLate(Exception):
    """The time that the checks may take is over."""


@dataclass(frozen=True)
class Place:
    """Where checks run: the folder of their file, the work folder, and the moment until which all must be done."""

    given: Path
    work: Path
    until: float

    def left(self) -> float:
        """Seconds that are left."""
        return self.until - time.monotonic()

    def resolve(self, path: str) -> str:
        """Where a path of a job file lies."""
        return str(self.given / path.removeprefix("given/") if path.startswith("given/") else self.work / path)


def _threads(check: Check) -> int:
    """As many as a step would have: what its job says, and no more than there are processors."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return min(check.job["threads"], cores)


def write_job(check: Check, place: Place, name: str, resume: Path | None = None) -> Path:
    """The job file with real paths, in the job's own folder; only a job that resumes finds what was there."""
    folder = place.work / name
    if resume is None:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    raw = check.job
    outputs = {output: str(folder / path) for output, path in raw["outputs"].items()}
    for path in outputs.values():
        # What a killed attempt left.
        shutil.rmtree(path, ignore_errors=True)
    job = {
        **raw,
        "inputs": {given: place.resolve(path) for given, path in raw["inputs"].items()},
        "outputs": outputs,
        "threads": _threads(check),
        "events": str(folder / "events.jsonl"),
        "result": str(folder / "result.json"),
        "checkpoints": {
            **raw["checkpoints"],
            "directory": str(folder / "checkpoints"),
            "resume": None if resume is None else str(resume),
        },
    }
    file = folder / "job.json"
    file.write_text(json.dumps(job, indent=1), encoding="utf-8")
    return file


def start(check: Check, job: Path) -> subprocess.Popen[bytes]:
    """The job, watched; what it prints goes into log.txt beside its file."""
    options = ["--stop"] if check.ends == "step" else []
    command = [sys.executable, "-m", f"{__package__}.watched", str(job), str(job.with_name("seen.json")), *options]
    threads = str(_threads(check))
    more = DETERMINISTIC if check.job["reproducible"] == "deterministic" else {}
    env = environment(OMP_NUM_THREADS=threads, MKL_NUM_THREADS=threads, **more)
    with job.with_name("log.txt").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=env)


def finish(check: Check, child: subprocess.Popen[bytes], job: Path, place: Place) -> dict[str, Any]:
    """What the job's process saw. Raises TooLate, or RuntimeError with its last lines where it failed."""
    try:
        code = child.wait(timeout=max(1.0, place.left()))
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        raise TooLate(f"'{check.name}' was ended: the time is over") from None
    if code != (stop.EXIT_CODE if check.ends == "step" else 0):
        result = job.with_name("result.json")
        said = result.read_text(encoding="utf-8") if result.exists() else ""
        tail = job.with_name("log.txt").read_text(encoding="utf-8", errors="replace")[-1500:]
        raise RuntimeError(f"'{check.name}' ended with {code}. {said}\n{tail}")
    return json.loads(job.with_name("seen.json").read_text(encoding="utf-8"))


def events(job: Path, event: str) -> list[dict[str, Any]]:
    """What a job reported so far, of one kind."""
    file = job.with_name("events.jsonl")
    lines = file.read_text(encoding="utf-8").split("\n")[:-1] if file.exists() else []
    return [entry for entry in map(json.loads, filter(None, lines)) if entry["event"] == event]

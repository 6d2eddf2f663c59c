"""python -m reprise_trainer.gpu_check CHECKS.json --out FOLDER: measure, print a table, and write it as JSON.

Needs a CUDA GPU, and neither network nor hub nor Node. `--part` chooses one of the parts that the file names, each of
which ends within `--minutes`: what could not begin by then is named as left out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .checks import Check, Checks, read_checks
from .children import Place, TooLate, environment, events, finish, start, write_job
from .machine import machine
from .resuming import compare
from .table import show

# A check that begins with less left would be ended half way.
LEAST_SECONDS = 30


def run(check: Check, place: Place) -> dict[str, Any]:
    """What one check measured, or why it did not."""
    if check.needs is not None and find_spec(check.needs) is None:
        return {"left_out": f"{check.needs} is not installed"}
    if place.left() < LEAST_SECONDS:
        return {"left_out": "no time was left for it"}
    begun = time.monotonic()
    try:
        if check.again:
            seen = compare(check, place)
        else:
            job = write_job(check, place, check.name)
            seen = finish(check, start(check, job), job, place)
    except TooLate as error:
        return {"left_out": str(error)}
    except RuntimeError as error:
        return {"failed": str(error)}
    job = place.work / check.name / "job.json"
    return {
        **seen,
        "whole_seconds": round(time.monotonic() - begun, 1),
        "progress": [[entry["time"], entry["done"], entry["unit"]] for entry in events(job, "progress")],
        "gates": {entry["name"]: entry["seen"] for entry in events(job, "gate")},
    }


def keep(check: Check, place: Place, out: Path) -> None:
    """What a reader may want: logs, events and replies. The weights that nobody needs any more are dropped."""
    for folder in place.work.glob(f"{check.name}*"):
        if (folder / "job.json").exists():
            for name in ("log.txt", "events.jsonl", "replies.jsonl"):
                if (folder / name).exists():
                    shutil.copyfile(folder / name, out / f"{folder.name}.{name}")
            made = () if check.kept else check.job["outputs"].values()
            for name in (*made, "checkpoints"):
                shutil.rmtree(folder / name, ignore_errors=True)


def measure(checks: Checks, part: int | None, place: Place, out: Path) -> dict[str, Any]:
    """All checks of a part, written down after each."""
    begun = time.monotonic()
    # Each stands in its place once it is whole.
    needed = [name for name in checks.needed(part) if not (place.work / name).exists()]
    if needed:
        # In a process of its own, so that none of the GPU stays taken.
        command = [sys.executable, "-m", f"{__package__}.world", str(checks.file), str(place.work), *needed]
        subprocess.run(command, check=True, env=environment())
    found: dict[str, Any] = {"machine": machine(), "world_seconds": round(time.monotonic() - begun, 1), "checks": {}}
    file = out / ("measured.json" if part is None else f"measured-{part}.json")
    for check in checks.of_part(part):
        print(f"{check.name} …", flush=True)
        measured = run(check, place)
        found["checks"][check.name] = {"counted": check.counted, "elsewhere": check.elsewhere, **measured}
        keep(check, place, out)
        file.write_text(json.dumps(found, indent=1), encoding="utf-8")
        print(measured.get("failed") or measured.get("left_out") or f"  {measured['whole_seconds']} s", flush=True)
    return found


def _sees_gpu() -> bool:
    import torch

    return torch.cuda.is_available()


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2


def main(arguments: list[str]) -> int:
    """Exit code: 0 when all was measured, 1 when something failed, 2 where nothing can be, 3 when some was left out."""
    parser = argparse.ArgumentParser(prog="python -m reprise_trainer.gpu_check")
    parser.add_argument("checks", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--part", type=int)
    parser.add_argument("--minutes", type=float, default=7)
    parser.add_argument("--work", type=Path, help="kept, so that a second part finds the models of the first")
    asked = parser.parse_args(arguments)
    checks = read_checks(asked.checks.resolve())
    parts = sorted({check.part for check in checks.checks})
    if asked.part not in (None, *parts):
        return _refuse(f"There is no part {asked.part}: there are {', '.join(map(str, parts))}.")
    if checks.needs_gpu and not _sees_gpu():
        return _refuse(
            "PyTorch sees no CUDA GPU here. On a processor 'npm run gpu-check -- --dry' tries the checks out."
        )
    asked.out.mkdir(parents=True, exist_ok=True)
    work = asked.work or Path(tempfile.mkdtemp(prefix="reprise-gpu-check-"))
    work.mkdir(parents=True, exist_ok=True)
    place = Place(checks.file.parent, work.resolve(), time.monotonic() + 60 * asked.minutes)
    try:
        found = measure(checks, asked.part, place, asked.out)
    finally:
        if asked.work is None:
            shutil.rmtree(work, ignore_errors=True)
    print(show(found))
    ends = [*found["checks"].values()]
    if any("failed" in end for end in ends):
        return 1
    return 3 if any("left_out" in end for end in ends) else 0


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    sys.exit(main(sys.argv[1:]))

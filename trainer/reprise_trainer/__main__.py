"""python -m reprise_trainer JOB.json: run one step. Exit 0 only with a result file."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from importlib import import_module

from . import stop
from .errors import StepError
from .events import Events, write_result
from .failures import classify
from .job import read_job

KINDS = {
    "model/tiny": "model_tiny",
    "train/sft": "train_sft",
    "model/merge": "model_merge",
    "train/grpo": "train_grpo",
    "eval/mcq": "eval_mcq",
}


def end_with_parent() -> None:
    """Ask the kernel (Linux only) to end this process when the worker that started it dies.

    Elsewhere the next attempt ends it: the worker's fence knows its process.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def main(path: str) -> int:
    """Exit code: 0 done, the result file stands; 2 or 1 failed, it says why; 75 stopped when asked to, without one."""
    end_with_parent()
    stop.listen()
    try:
        return run(path)
    except stop.Stopped:
        return stop.EXIT_CODE


def run(path: str) -> int:
    """Run the job of a file, and write its result file."""
    job = read_job(path)
    events = Events(job.events)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # TRL reports usage to its makers unless told otherwise.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    events.message("loading libraries")
    try:
        import torch

        torch.set_num_threads(job.threads)
        metrics = import_module(f".{KINDS[job.kind]}", __package__).run(job, events)
    except StepError as error:
        write_result(job.result, {"ok": False, "code": error.code, "message": str(error)})
        return 2
    except Exception as error:
        traceback.print_exc()
        code, message = classify(error, job.result.parent)
        write_result(job.result, {"ok": False, "code": code, "message": message})
        return 1
    write_result(job.result, {"ok": True, "metrics": metrics})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

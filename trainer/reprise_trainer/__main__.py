"""python -m reprise_trainer JOB.json: run one step. Exit 0 only with a result file."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from importlib import import_module

from .errors import StepError
from .events import Events, write_result
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
    """0: done, the result file stands. 2: the user's to mend, the sentence is in the result file's place."""
    end_with_parent()
    job = read_job(path)
    events = Events(job.events)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # TRL reports usage to its makers unless told otherwise.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    events.message("loading libraries")
    import torch

    torch.set_num_threads(job.threads)
    try:
        metrics = import_module(f".{KINDS[job.kind]}", __package__).run(job, events)
    except StepError as error:
        write_result(job.result, {"ok": False, "code": error.code, "message": str(error)})
        return 2
    except Exception as error:
        traceback.print_exc()
        message = f"{type(error).__name__}: {error}".split("\n")[0][:2000]
        write_result(job.result, {"ok": False, "code": "unexpected", "message": message})
        return 1
    write_result(job.result, {"ok": True, "metrics": metrics})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

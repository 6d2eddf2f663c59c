"""python -m reprise_trainer JOB.json: run one step. Exit 0 only with a result file."""

from __future__ import annotations

import os
import sys
import traceback
from importlib import import_module
from pathlib import Path

from .job.errors import StepError
from .job.events import Events, write_result
from .job.failures import classify, is_lost_peer
from .job.job import read_job
from .launching import late, portable
from .models.hub import with_local_models
from .processes import ranks, stop
from .processes.ending import LOST_PEER, end_with_parent, finish, leave

# Modules of kinds/.
KINDS = {
    "model/tiny": "model_tiny",
    "train/sft": "train_sft",
    "model/merge": "model_merge",
    "train/grpo": "train_grpo",
    "eval/mcq": "eval_mcq",
    "eval/open": "eval_open",
}


def main(path: str) -> int:
    """Exit code: 0 done, the result file stands; 2 or 1 failed, it says why; 75 stopped when asked to, without one.

    One of several processes ends with 76, without a result, when another one is lost.
    """
    end_with_parent()
    stop.listen()
    try:
        return run(path)
    except stop.Stopped:
        return stop.EXIT_CODE


def be_quiet() -> None:
    """Set what libraries read as they are loaded."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # TRL reports usage to its makers unless told otherwise.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")


def before_libraries(reproducible: str) -> None:
    """Set what must hold before a library is loaded, and load what must be first. Raises StepError."""
    be_quiet()
    if reproducible == "portable":
        portable.pin()
    late.load_bitsandbytes()


def run(path: str) -> int:
    """Run the job of a file, and write its result file. Of several processes, the first one speaks."""
    job = read_job(path)
    events = Events(job.events if ranks.is_main() else Path(os.devnull))
    be_quiet()
    try:
        # First, because it may fail and is fast.
        local = with_local_models(job, events)
        if "torch" not in sys.modules:
            events.message("loading libraries")
        with late.not_collecting():
            before_libraries(job.reproducible)
            import torch

            kind = import_module(f".kinds.{KINDS[job.kind]}", __package__)
        torch.set_num_threads(job.threads)
        if job.reproducible == "deterministic":
            import_module(".launching.deterministic", __package__).use()
        # Its backward pass gives nan for masked rows where the length leaves 64 of 128 (pytorch/pytorch#196678), and
        # adds in another order each time.
        torch.backends.cuda.enable_cudnn_sdp(False)
        metrics = kind.run(local, events)
    except StepError as error:
        write_result(job.result, {"ok": False, "code": error.code, "message": str(error)})
        return 2
    except Exception as error:
        traceback.print_exc()
        if is_lost_peer(error):
            # The process that was lost is the cause: it says so itself, or the launcher does.
            return LOST_PEER
        code, message = classify(error, job.result.parent)
        write_result(job.result, {"ok": False, "code": code, "message": message})
        return 1
    if ranks.is_main():
        write_result(job.result, {"ok": True, "metrics": metrics})
    return 0


if __name__ == "__main__":
    exit_code = main(sys.argv[1])
    if ranks.count() > 1:
        leave(exit_code)
    finish(exit_code)

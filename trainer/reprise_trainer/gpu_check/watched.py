"""python -m reprise_trainer.gpu_check.watched JOB.json SEEN.json [--stop]: run a job, watched.

The job runs as it would in a step. `--stop` asks the training to stop after its last step, as a worker would that is
taken away.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from ..__main__ import before_libraries
from ..__main__ import main as run_job
from .phases import Phases


def watch(kind: str, phases: Phases) -> None:
    """Name the phases of a kind: what preflight counts by the same names."""
    if kind.startswith("eval/"):
        from ..asking import replying

        phases.watch(replying, "generate", "evaluation", lambda replies: sum(reply["tokens"] for reply in replies))
        return
    from transformers import Trainer

    if kind == "train/grpo":
        from trl import GRPOTrainer

        from ..kinds import train_grpo

        # Completions and their logarithms.
        phases.watch(GRPOTrainer, "_generate_single_turn", "rollout", lambda made: sum(map(len, made[0])))
        phases.watch(GRPOTrainer, "_generate_and_score_completions", "scoring")
        phases.watch(train_grpo, "merge_and_check", "merging")
    phases.watch(Trainer, "training_step", "update" if kind == "train/grpo" else "training")


def stop_after_last_step() -> None:
    """By the signal that a worker sends."""
    from ..training.progress import ReportProgress

    report = ReportProgress.on_step_end

    def reported(self: Any, args: Any, state: Any, control: Any, **more: Any) -> None:
        report(self, args, state, control, **more)
        if state.global_step >= state.max_steps:
            os.kill(os.getpid(), signal.SIGTERM)

    ReportProgress.on_step_end = reported  # type: ignore[method-assign]


def main(arguments: list[str]) -> int:
    """Exit code: the job's."""
    parser = argparse.ArgumentParser()
    parser.add_argument("job", type=Path)
    parser.add_argument("seen", type=Path)
    parser.add_argument("--stop", action="store_true")
    asked = parser.parse_args(arguments)
    job = json.loads(asked.job.read_text(encoding="utf-8"))
    before_libraries(job["reproducible"])
    phases = Phases()
    watch(job["kind"], phases)
    if asked.stop:
        stop_after_last_step()
    code = run_job(str(asked.job))
    asked.seen.write_text(json.dumps({"phases": phases.as_json()}), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

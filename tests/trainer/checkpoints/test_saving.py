import errno
import json
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import EVAL, GRPO, PATIENCE, SFT, Step, trainer_environment, until, weights
from forked import LOADED
from reprise_trainer.checkpoints.saving import MARKER
from reprise_trainer.job.errors import StepError
from reprise_trainer.job.events import Events
from reprise_trainer.job.failures import classify
from reprise_trainer.job.job import Job
from reprise_trainer.job.partial import PartialResults
from reprise_trainer.kinds import eval_mcq, train_grpo, train_sft
from reprise_trainer.processes import stop
from trl import SFTTrainer


def saved(job: Job) -> list[int]:
    return sorted(int(marker.parent.name.split("-")[1]) for marker in job.checkpoints.directory.glob(f"*/{MARKER}"))


def as_child(step: Step, job: Job, how: Any = LOADED) -> Any:
    file = step.folder / "job.json"
    file.write_text(json.dumps(asdict(job), default=str))
    return how([sys.executable, "-m", "reprise_trainer", str(file)], env=trainer_environment())


def test_a_checkpoint_falls_due_by_time(step: Step, base: Path) -> None:
    job = step.job("train/sft", SFT, {"model": base}, ["adapter"], every_steps=None, every_seconds=0.0, keep=9)
    step.run(train_sft, job)
    assert saved(job) == [1, 2, 3]
    marker = json.loads((job.checkpoints.directory / "checkpoint-2" / MARKER).read_text())
    assert (marker["step"], marker["key"], marker["fields"]) == (2, "k", {})


@pytest.mark.usefixtures("varied_rewards")
def test_a_checkpoint_waits_for_the_end_of_a_generation(step: Step, base: Path) -> None:
    params = {**GRPO, "num_iterations": 2, "steps": 6}
    job = step.job("train/grpo", params, {"model": base}, ["model"], every_steps=1, keep=9)
    step.run(train_grpo, job)
    assert saved(job) == [2, 4, 6]


@pytest.mark.usefixtures("varied_rewards")
def test_a_generation_ends_with_its_epoch_whatever_its_steps(step: Step, base: Path) -> None:
    # A generation of three batches takes the six rows: two steps, the second one of a single batch.
    params = {
        **GRPO,
        "batch_size_per_device": 2,
        "gradient_accumulation_steps": 2,
        "steps_per_generation": 3,
        "steps": 8,
    }
    whole = step.job("train/grpo", params, {"model": base}, ["model"], name="whole", every_steps=3, keep=9)
    step.run(train_grpo, whole)
    assert saved(whole) == [4, 8]
    checkpoint = whole.checkpoints.directory / "checkpoint-4"
    again = step.job("train/grpo", params, {"model": base}, ["model"], name="again", resume=checkpoint)
    step.run(train_grpo, again)
    assert weights(again.outputs["model"]) == weights(whole.outputs["model"])


def test_sigterm_leaves_a_checkpoint_and_the_resumed_training_ends_with_the_same_bytes(step: Step, base: Path) -> None:
    # 60 steps: many are left when the fifth is seen.
    params = {**SFT, "epochs": 20}
    whole = step.job("train/sft", params, {"model": base}, ["adapter"], name="whole")
    step.run(train_sft, whole)
    job = step.job("train/sft", params, {"model": base}, ["adapter"], name="stopped")
    child = as_child(step, job)
    until(job, '"done": 5,', child)
    child.send_signal(signal.SIGTERM)
    assert child.wait(PATIENCE) == stop.EXIT_CODE
    assert not job.result.exists()
    (at,) = saved(job)
    assert 5 <= at < 60
    resumed = replace(job, checkpoints=replace(job.checkpoints, resume=job.checkpoints.directory / f"checkpoint-{at}"))
    assert as_child(step, resumed).wait(PATIENCE) == 0
    assert weights(job.outputs["adapter"]) == weights(whole.outputs["adapter"])


def test_a_training_that_was_stopped_after_its_last_step_only_finishes(step: Step, base: Path) -> None:
    job = step.job("train/sft", SFT, {"model": base}, ["adapter"], every_steps=3)
    step.run(train_sft, job)
    again = replace(job, checkpoints=replace(job.checkpoints, resume=job.checkpoints.directory / "checkpoint-3"))
    first = weights(job.outputs["adapter"])
    assert step.run(train_sft, again)["steps"] == 3
    assert weights(job.outputs["adapter"]) == first


def test_sigterm_while_libraries_load_ends_at_once(step: Step, base: Path) -> None:
    job = step.job("train/sft", SFT, {"model": base}, ["adapter"])
    child = as_child(step, job, subprocess.Popen)
    until(job, "loading libraries", child)
    child.send_signal(signal.SIGTERM)
    assert child.wait(PATIENCE) == stop.EXIT_CODE


def test_a_loss_that_is_no_number_stops_training(step: Step, base: Path, monkeypatch: Any) -> None:
    original = SFTTrainer.compute_loss

    def diverged(self: Any, *args: Any, **kwargs: Any) -> Any:
        loss = original(self, *args, **kwargs)
        return (loss[0] * float("nan"), *loss[1:]) if isinstance(loss, tuple) else loss * float("nan")

    monkeypatch.setattr(SFTTrainer, "compute_loss", diverged)
    with pytest.raises(StepError, match="The loss is nan at step 1") as caught:
        step.run(train_sft, step.job("train/sft", SFT, {"model": base}, ["adapter"]))
    assert caught.value.code == "nan"


def test_an_evaluation_goes_on_after_the_samples_that_it_has(step: Step, base: Path) -> None:
    params = {**EVAL, "batch_size": 1}
    whole = step.job("eval/mcq", params, {"model": base}, ["replies"], name="whole")
    step.run(eval_mcq, whole)
    job = step.job("eval/mcq", params, {"model": base}, ["replies"], name="again")
    partial = job.checkpoints.directory / "replies.jsonl"
    partial.parent.mkdir()
    first, *_ = whole.outputs["replies"].read_text().splitlines(keepends=True)
    partial.write_text(first + first[:20])
    step.run(eval_mcq, job)
    assert [event["done"] for event in step.events(job, "resumed")] == [1]
    assert [event["done"] for event in step.events(job, "progress")] == [2]
    assert job.outputs["replies"].read_bytes() == whole.outputs["replies"].read_bytes()


def test_partial_results_drop_what_was_torn(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    PartialResults(file).append([{"id": 1}, {"id": 2}])
    with file.open("a") as torn:
        torn.write('{"id": 3}\n{"id"')
    again = PartialResults(file)
    assert [row["id"] for row in again.rows] == [1, 2, 3]
    again.keep(2)
    again.append([{"id": 9}])
    assert [row["id"] for row in PartialResults(file).rows] == [1, 2, 9]


def test_a_line_that_a_killed_process_left_does_not_swallow_the_next(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text('{"event": "message", "te')
    Events(file).message("here")
    assert json.loads(file.read_text().splitlines()[1])["text"] == "here"


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk", "The disk is full"),
        (RuntimeError("I/O error: No space left on device (os error 28)"), "disk", "The disk is full"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "disk", "The disk is full"),
        (RuntimeError("I/O error: Disk quota exceeded (os error 122)"), "disk", "The disk is full"),
        (MemoryError(), "oom", "Memory ran out"),
        (torch.OutOfMemoryError("CUDA out of memory"), "oom", "Memory ran out"),
        (RuntimeError("[enforce fail] . DefaultCPUAllocator: can't allocate memory"), "oom", "Memory ran out"),
        (ModuleNotFoundError("No module named x", name="x"), "environment", "module 'x' is missing"),
        (ImportError("libx.so: undefined symbol: y"), "environment", "'reprise setup' tries it alone"),
        (
            OSError("libgomp.so.1: cannot open shared object file"),
            "environment",
            "cannot be loaded here (OSError: libgomp",
        ),
        (AssertionError("Torch not compiled with CUDA enabled"), "environment", "CUDA cannot be used"),
        (ValueError("a\nb"), "exit", "ValueError: a"),
    ],
)
def test_failures_are_told_apart(tmp_path: Path, error: Exception, code: str, sentence: str) -> None:
    found, said = classify(error, tmp_path)
    assert found == code
    assert sentence in said

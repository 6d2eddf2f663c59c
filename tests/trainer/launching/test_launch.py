"""Trainings in two processes on this machine's CPU, started as the engine starts them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from conftest import GRPO, PATIENCE, SFT, Step, trainer_environment, until, weights
from forked import Forked
from reprise_trainer import launch
from reprise_trainer.checkpoints.saving import MARKER
from reprise_trainer.job.errors import StepError
from reprise_trainer.job.job import Job
from reprise_trainer.kinds import train_grpo, train_sft
from reprise_trainer.processes import stop
from safetensors.torch import load_file

ACCELERATE = {
    "compute_environment": "LOCAL_MACHINE",
    "distributed_type": "MULTI_GPU",
    "num_machines": 1,
    "num_processes": 2,
    "mixed_precision": "no",
    "use_cpu": True,
}
# 12 steps of 2 rows, one in each process.
SHARED = {**SFT, "batch_size_per_device": 1, "epochs": 4}


# A random model never answers right: a reward that differs between its replies makes it move.
VARIED = """
from reprise_trainer.rewards.functions import REWARDS

def accuracy_reward(completions, **_):
    return [len(completion[0]["content"]) % 3 / 2 for completion in completions]

REWARDS["accuracy"] = accuracy_reward
"""


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Any]:
    """Starts a job in two processes; what is left at the end is killed.

    Processes that are `apart` load the libraries, as a step's do, and show what variables they have.
    """
    children: list[Any] = []
    # Python runs it as it starts, in each of the processes.
    (tmp_path / "sitecustomize.py").write_text(VARIED)
    environment = trainer_environment()
    environment["PYTHONPATH"] += os.pathsep + str(tmp_path)

    def start(job: Job, *, apart: bool = sys.platform != "linux") -> Any:
        place = job.result.parent
        (place / "job.json").write_text(json.dumps(asdict(job), default=str))
        (place / "accelerate.yaml").write_text(json.dumps(ACCELERATE))
        module = "reprise_trainer.launch" if apart else "forked_launch"
        command = [sys.executable, "-m", module, str(place / "job.json"), str(place / "accelerate.yaml")]
        child = (subprocess.Popen if apart else Forked)(command, env=environment)
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()


def ranks_of(launcher: subprocess.Popen[bytes]) -> dict[int, int]:
    """Pids by process number."""
    found = {}
    for child in psutil.Process(launcher.pid).children():
        with suppress(psutil.Error):
            rank = child.environ().get("RANK")
            if rank is not None:
                found[int(rank)] = child.pid
    return found


def gone(pids: list[int]) -> bool:
    for _ in range(20 * PATIENCE):
        if not any(psutil.pid_exists(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def largest_difference(first: Path, second: Path) -> float:
    [ours], [theirs] = first.glob("*.safetensors"), second.glob("*.safetensors")
    mine, other = load_file(ours), load_file(theirs)
    assert mine.keys() == other.keys()
    return max(float((mine[name] - other[name]).abs().max()) for name in mine)


def saved(job: Job) -> list[int]:
    return sorted(int(marker.parent.name.split("-")[1]) for marker in job.checkpoints.directory.glob(f"*/{MARKER}"))


def resuming(job: Job) -> Job:
    newest = job.checkpoints.directory / f"checkpoint-{saved(job)[-1]}"
    return replace(job, checkpoints=replace(job.checkpoints, resume=newest))


def test_two_processes_train_as_one_and_a_killed_one_costs_one_interval(step: Step, base: Path, begin: Any) -> None:
    # Dropout draws from one stream a process.
    params = {**SHARED, "lora_dropout": 0.0}
    alone = step.job(
        "train/sft", {**params, "gradient_accumulation_steps": 2}, {"model": base}, ["adapter"], name="alone"
    )
    step.run(train_sft, alone)
    whole = step.job("train/sft", params, {"model": base}, ["adapter"], name="whole")
    assert begin(whole).wait(PATIENCE) == 0
    assert json.loads(whole.result.read_text())["metrics"]["steps"] == 12
    assert largest_difference(alone.outputs["adapter"], whole.outputs["adapter"]) < 1e-6

    job = step.job("train/sft", params, {"model": base}, ["adapter"], name="killed", every_steps=2, keep=9)
    launcher = begin(job, apart=True)
    until(job, '"done": 5,', launcher)
    ranks = ranks_of(launcher)
    os.kill(ranks[1], signal.SIGKILL)
    assert launcher.wait(PATIENCE) == 1
    assert gone(list(ranks.values()))
    result = json.loads(job.result.read_text())
    assert (result["ok"], result["code"]) == (False, "killed")
    assert result["message"].startswith("Process 1 was ended by SIGKILL; the others were stopped.")
    assert saved(job)[-1] >= 4
    job.result.unlink()
    assert begin(resuming(job)).wait(PATIENCE) == 0
    assert weights(job.outputs["adapter"]) == weights(whole.outputs["adapter"])


def test_sigterm_reaches_every_process_and_leaves_a_checkpoint(step: Step, base: Path, begin: Any) -> None:
    params = {**SHARED, "epochs": 400}
    job = step.job("train/sft", params, {"model": base}, ["adapter"])
    launcher = begin(job)
    until(job, '"done": 3,', launcher)
    # They are forked, and show the variables of the process that they are forked from: RANK is not among them.
    ranks = [child.pid for child in psutil.Process(launcher.pid).children()]
    assert len(ranks) == 2
    launcher.send_signal(signal.SIGTERM)
    assert launcher.wait(PATIENCE) == stop.EXIT_CODE
    assert gone(ranks)
    assert not job.result.exists()
    [at] = saved(job)
    marker = json.loads((job.checkpoints.directory / f"checkpoint-{at}" / MARKER).read_text())
    assert {"rng_state_0.pth", "rng_state_1.pth"} <= {file["path"] for file in marker["files"]}


def test_grpo_of_all_weights_in_two_processes_resumes_exactly(step: Step, base: Path, begin: Any) -> None:
    params = {**GRPO, "trainable": "all", "steps": 4}
    whole = step.job("train/grpo", params, {"model": base}, ["model"], name="whole", every_steps=2)
    assert begin(whole).wait(PATIENCE) == 0
    again = step.job("train/grpo", params, {"model": base}, ["model"], name="again")
    checkpoint = whole.checkpoints.directory / "checkpoint-2"
    again = replace(again, checkpoints=replace(again.checkpoints, resume=checkpoint))
    assert begin(again).wait(PATIENCE) == 0
    assert weights(again.outputs["model"]) == weights(whole.outputs["model"])
    assert weights(again.outputs["model"]) != weights(base)
    # A checkpoint of two processes cannot be resumed by one.
    with pytest.raises(StepError, match="written by 2 processes and cannot be resumed exactly by 1"):
        step.run(train_grpo, again)


# Only the second process has it.
SPOILT = """
import os
from trl import SFTTrainer

compute = SFTTrainer.compute_loss

def one_bad(self, *args, **kwargs):
    loss = compute(self, *args, **kwargs)
    bad = os.environ["RANK"] == "1" and self.state.global_step == 3
    return loss * float("nan") if bad else loss

SFTTrainer.compute_loss = one_bad
"""


def test_a_loss_of_one_process_that_is_no_number_ends_all_with_one_sentence(
    step: Step, base: Path, begin: Any, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(SPOILT)
    job = step.job("train/sft", {**SHARED, "logging_steps": 100}, {"model": base}, ["adapter"], every_steps=1, keep=9)
    assert begin(job).wait(PATIENCE) == 2
    result = json.loads(job.result.read_text())
    assert (result["ok"], result["code"]) == (False, "nan")
    # The loss is the second one's; gradients are shared, and spoilt in both.
    assert " at step 4 of 12, and so is the gradient of 'base_model." in result["message"]
    assert saved(job)[-1] == 3
    assert not job.outputs["adapter"].exists()


NOTHING = """
from reprise_trainer.rewards.functions import REWARDS

def accuracy_reward(completions, **_):
    return [0.0] * len(completions)

REWARDS["accuracy"] = accuracy_reward
"""


def test_equal_rewards_stop_two_processes_together(step: Step, base: Path, begin: Any, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NOTHING)
    # One generation takes four prompts of the six rows, in both processes.
    params = {**GRPO, "gradient_accumulation_steps": 2, "steps": 5, "equal_rewards_patience": 3}
    job = step.job("train/grpo", {**params, "rewards": {"accuracy": 1.0}}, {"model": base}, ["model"])
    assert begin(job).wait(PATIENCE) == 2
    result = json.loads(job.result.read_text())
    assert (result["ok"], result["code"]) == (False, "gate")
    assert result["message"].startswith("In the last 3 optimizer steps the rewards of every group were equal")
    said = [event["text"] for event in step.events(job, "message")]
    assert any(
        "takes 4 prompts (4 completions per device x 2 processes x 2 batches / group of 4); 5 optimizer steps, 1 an "
        "epoch; 2 rows of an epoch fill no generation" in text
        for text in said
    )


def test_too_few_rows_for_two_processes_are_said(step: Step, base: Path, begin: Any) -> None:
    job = step.job("train/grpo", {**GRPO, "batch_size_per_device": 4}, {"model": base}, ["model"])
    assert begin(job).wait(PATIENCE) == 2
    assert "a generation takes 8 prompts" in json.loads(job.result.read_text())["message"]


class Failure:
    def __init__(self, exitcode: int, timestamp: int) -> None:
        self.exitcode = exitcode
        self.timestamp = timestamp


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        ({0: Failure(2, 1)}, (2, "exit", "Process 0 ended with exit code 2")),
        # Who lost a peer, or was ended by the launcher, is not the cause.
        ({0: Failure(76, 1), 1: Failure(-9, 2)}, (1, "killed", "Process 1 was ended by SIGKILL")),
        ({0: Failure(-15, 1), 1: Failure(1, 2)}, (1, "exit", "Process 1 ended with exit code 1")),
        ({0: Failure(76, 2), 1: Failure(76, 1)}, (1, "exit", "Process 1 ended with exit code 1")),
        ({1: Failure(-11, 1)}, (1, "exit", "Process 1 was ended by SIGSEGV")),
    ],
)
def test_the_process_that_failed_first_is_named(failures: dict[int, Any], expected: tuple[int, str, str]) -> None:
    exit_code, code, said = launch.explain(failures)
    assert (exit_code, code) == expected[:2]
    assert said.startswith(expected[2])

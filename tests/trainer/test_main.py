import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from conftest import EVAL, Step, trainer_environment


def run_as_child(step: Step, base: Path, split: str) -> tuple[int, dict]:
    job = step.job("eval/mcq", {**EVAL, "split": split}, {"model": base}, ["replies"])
    file = step.folder / "job.json"
    file.write_text(json.dumps(asdict(job), default=str))
    child = subprocess.run(
        [sys.executable, "-m", "reprise_trainer", str(file)],
        env=trainer_environment(),
        check=False,
    )
    return child.returncode, json.loads(job.result.read_text())


def test_a_job_leaves_its_result_last(step: Step, base: Path) -> None:
    code, result = run_as_child(step, base, "eval")
    assert code == 0
    assert result["ok"] is True
    assert result["metrics"]["samples"] == 2


def test_a_job_that_is_the_users_to_mend_says_so(step: Step, base: Path) -> None:
    code, result = run_as_child(step, base, "nowhere")
    assert code == 2
    assert result["code"] == "data"
    assert "nowhere" in result["message"]

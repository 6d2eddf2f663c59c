import json
from pathlib import Path
from typing import Any

from conftest import EVAL, Step
from hosting import Started


def run(step: Step, base: Path, split: str, process: Any) -> tuple[int, dict]:
    job = step.job("eval/mcq", {**EVAL, "split": split}, {"model": base}, ["replies"])
    code = process.run(job)
    return code, json.loads(job.result.read_text())


def test_a_job_leaves_its_result_last(step: Step, base: Path) -> None:
    code, result = run(step, base, "eval", Started())
    assert code == 0
    assert result["ok"] is True
    assert result["metrics"]["samples"] == 2


def test_a_job_that_is_the_users_to_mend_says_so(step: Step, base: Path, host: Any) -> None:
    code, result = run(step, base, "nowhere", host)
    assert code == 2
    assert result["code"] == "data"
    assert "nowhere" in result["message"]

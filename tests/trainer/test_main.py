import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from conftest import EVAL, Step
from hosting import Started
from reprise_trainer.__main__ import run as run_job


def run(step: Step, base: Path, split: str, process: Any) -> tuple[int, dict]:
    job = step.job("eval/mcq", {**EVAL, "split": split}, {"model": base}, ["replies"])
    code = process.run(job)
    return code, json.loads(job.result.read_text())


def test_a_job_leaves_its_result_last(step: Step, base: Path) -> None:
    code, result = run(step, base, "eval", Started())
    assert code == 0
    assert result["ok"] is True
    assert result["metrics"]["samples"] == 2


def test_attention_is_never_cudnns(step: Step, base: Path) -> None:
    job = step.job("eval/mcq", EVAL, {"model": base}, ["replies"])
    file = job.result.with_name("job.json")
    file.write_text(json.dumps(asdict(job), default=str))
    torch.backends.cuda.enable_cudnn_sdp(True)
    try:
        assert run_job(str(file)) == 0
        # On a GPU it gave nan for padded rows; without one its switch is all that can be seen.
        assert not torch.backends.cuda.cudnn_sdp_enabled()
    finally:
        torch.backends.cuda.enable_cudnn_sdp(True)


def test_a_job_that_is_the_users_to_mend_says_so(step: Step, base: Path, host: Any) -> None:
    code, result = run(step, base, "nowhere", host)
    assert code == 2
    assert result["code"] == "data"
    assert "nowhere" in result["message"]

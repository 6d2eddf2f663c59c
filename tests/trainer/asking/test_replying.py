"""Replies do not hang on what they are asked beside, nor on what fills up a batch."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import EVAL, Step
from reprise_trainer.asking import replying
from reprise_trainer.job.job import Job
from reprise_trainer.kinds import eval_mcq
from reprise_trainer.models import families


def replies(job: Job) -> list[dict[str, Any]]:
    return [json.loads(line) for line in job.outputs["replies"].read_text(encoding="utf-8").splitlines()]


def test_a_reply_is_the_same_alone_and_beside_longer_prompts(
    step: Step, base: Path, dataset: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(dataset, data)
    rows = [json.loads(line) for line in (dataset / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    for number, row in enumerate(rows):
        row["question"] = f"On the way, {'and back again, ' * (number * 7 % 5 * 12)}which landmark?"
    (data / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    told = []
    for size in (1, 6):
        params = {**EVAL, "split": "train", "batch_size": size, "max_completion_length": 12}
        job = step.job("eval/mcq", params, {"model": base, "dataset": data}, ["replies"], name=f"by-{size}")
        assert step.run(eval_mcq, job)["samples"] == 6
        told.append(replies(job))
    assert told[0] == told[1]
    assert len({row["reply"] for row in told[0]}) > 1


@pytest.mark.parametrize("pad", ["<|endoftext|>", "<|im_end|>"])
def test_what_fills_up_a_batch_is_no_end_and_no_cut(step: Step, base: Path, monkeypatch: Any, pad: str) -> None:
    family = families.named("qwen2_vl")
    load = family.load_processor

    def load_processor(*args: Any, **more: Any) -> Any:
        processor = load(*args, **more)
        processor.tokenizer.pad_token = pad
        return processor

    def generate_watched(_: Any, input_ids: torch.Tensor, pad_token_id: int, **more: Any) -> Any:
        # The first one ends at once and is filled up, the second one has no end.
        [word, end] = replying_tokens
        new = torch.tensor([[word, end, pad_token_id, pad_token_id], [word, word, word, word]])
        return torch.cat([input_ids, new], dim=1), []

    tokenizer = load(str(base), 8).tokenizer
    replying_tokens = [tokenizer.encode("a")[0], tokenizer.convert_tokens_to_ids("<|im_end|>")]
    monkeypatch.setattr(family, "load_processor", load_processor)
    monkeypatch.setattr(replying, "generate_watched", generate_watched)
    job = step.job("eval/mcq", EVAL, {"model": base}, ["replies"])
    step.run(eval_mcq, job)
    assert [(row["reply"], row["truncated"]) for row in replies(job)] == [("a", False), ("aaaa", True)]

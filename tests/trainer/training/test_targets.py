"""Targets are trained as they are written, or their row is named."""

import json
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import SFT, Step
from reprise_trainer.job.errors import StepError
from reprise_trainer.job.events import Events
from reprise_trainer.kinds import train_sft
from reprise_trainer.models.qwen2_vl.processor import load_processor
from reprise_trainer.training import gates

DECOMPOSED = unicodedata.normalize("NFD", "<think>Café, Ångström, 한국</think><answer>A</answer>")


@pytest.fixture
def composing(base: Path, tmp_path: Path) -> Path:
    """The base with a tokenizer that composes letters, as Qwen2's does."""
    folder = tmp_path / "composing"
    shutil.copytree(base, folder)
    file = folder / "tokenizer.json"
    values = json.loads(file.read_text(encoding="utf-8"))
    values["normalizer"] = {"type": "NFC"}
    file.write_text(json.dumps(values), encoding="utf-8")
    return folder


def with_target(folder: Path, dataset: Path, target: str, rows: int = 6) -> Path:
    """The dataset, where the first rows have this target."""
    shutil.copytree(dataset, folder)
    lines = [json.loads(line) for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    for line in lines[:rows]:
        line["targets"]["letter"] = target
    (folder / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "target",
    [
        "A\n",
        " A",
        "\n\n A \n\n",
        "\t",
        "A\r\n",
        "\u00a0A\u3000",
        DECOMPOSED,
        "e\u0301" + DECOMPOSED + "\n",
        "👩‍👧 \u200f\u202eA",
        "reply",
    ],
)
def test_white_space_and_decomposed_letters_are_trained(
    step: Step, base: Path, composing: Path, dataset: Path, tmp_path: Path, target: str
) -> None:
    data = with_target(tmp_path / "data", dataset, target)
    for model in (base, composing):
        job = step.job("train/sft", SFT, {"model": model, "dataset": data}, ["adapter"], name=model.name)
        assert step.run(train_sft, job)["steps"] == 3
        [seen] = [event["seen"] for event in step.events(job, "gate") if event["name"] == "labels-cover-completion"]
        as_trained = target if model == base else unicodedata.normalize("NFC", target)
        assert seen == f"2 rows, last trained text {as_trained + '<|im_end|>' + chr(10)!r}"


@pytest.mark.parametrize(
    ("target", "becomes"),
    [
        ("A<|im_end|>B", r"from character 2 on, '<\|im_end\|>B' becomes 'B'"),
        ("<|image_pad|>", r"from character 1 on, '<\|image_pad\|>' becomes ''"),
    ],
)
def test_a_target_with_the_models_own_tokens_is_named(
    step: Step, base: Path, dataset: Path, tmp_path: Path, target: str, becomes: str
) -> None:
    # Not in the first batch: every row is looked at.
    lines = (dataset / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    data = with_target(tmp_path / "data", dataset, json.loads(lines[0])["targets"]["letter"])
    rows = [json.loads(line) for line in (data / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    rows[4]["targets"]["letter"] = target
    (data / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    job = step.job("train/sft", SFT, {"model": base, "dataset": data}, ["adapter"])
    with pytest.raises(
        StepError, match=f"The target of 'clip-4' cannot be trained as it is written: {becomes}"
    ) as caught:
        step.run(train_sft, job)
    assert caught.value.code == "data"


def test_half_a_character_is_named(step: Step, base: Path, dataset: Path, tmp_path: Path) -> None:
    data = with_target(tmp_path / "data", dataset, "A\ud83d", rows=2)
    job = step.job("train/sft", SFT, {"model": base, "dataset": data}, ["adapter"])
    with pytest.raises(StepError, match="The target of 'clip-0' holds half a character"):
        step.run(train_sft, job)


END = "<|im_end|>\n"


@pytest.mark.parametrize(
    "labels",
    ["A" + END, " A" + END, "A\n", "A", "assistant\nA\n" + END, "A\n" + END + "\n", "A\n" + END + "<|endoftext|>"],
    ids=["no newline", "other space", "no end", "neither", "header too", "more behind", "padding too"],
)
def test_the_gate_trips_on_one_token_more_or_less(base: Path, tmp_path: Path, labels: str) -> None:
    processor: Any = load_processor(str(base), 8)

    def batch(text: str) -> dict[str, torch.Tensor]:
        ids = processor.tokenizer(text, add_special_tokens=False)["input_ids"]
        return {"labels": torch.tensor([[-100, *ids, -100]])}

    events = Events(tmp_path / "events.jsonl")
    gates.labels_cover_completion(batch("A\n" + END), processor, ["B", "A\n"], events)
    with pytest.raises(StepError, match="the labels cover more or less than the completion"):
        gates.labels_cover_completion(batch(labels), processor, ["B", "A\n"], events)

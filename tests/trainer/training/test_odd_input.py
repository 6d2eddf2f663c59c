"""Settings and datasets that a training could take in another sense than they are written."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import EVAL, GRPO, LORA, SFT, Step
from reprise_trainer.job.errors import StepError
from reprise_trainer.kinds import eval_mcq, train_grpo, train_sft
from reprise_trainer.models.lora import lora_config
from reprise_trainer.preflight.architecture import architecture, count
from safetensors.torch import load_file

HALF = {"lora_target_modules": ["q_proj", "kproj", "v_proj"]}
KINDS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "train/sft": (train_sft, SFT, "adapter"),
    "train/grpo": (train_grpo, GRPO, "model"),
    "eval/mcq": (eval_mcq, EVAL, "replies"),
}


@pytest.mark.parametrize("kind", ["train/sft", "train/grpo"])
def test_a_module_to_adapt_that_the_model_does_not_have_is_named(step: Step, base: Path, kind: str) -> None:
    module, params, output = KINDS[kind]
    job = step.job(kind, {**params, **HALF}, {"model": base}, [output])
    with pytest.raises(StepError, match=r"is called 'kproj', .* adapted would be only q_proj, v_proj"):
        step.run(module, job)


def test_preflight_names_it_too() -> None:
    with pytest.raises(StepError, match="is called 'kproj'"):
        count(architecture("Qwen/Qwen2-VL-7B-Instruct"), lora_config({**LORA, **HALF}), None)


@pytest.fixture
def changed(dataset: Path, tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], None]], Path]:
    """A copy of the dataset with something done to each row."""

    def copy(change: Callable[[dict[str, Any]], None]) -> Path:
        folder = tmp_path / "data"
        shutil.copytree(dataset, folder)
        file = folder / "questions.jsonl"
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        for row in rows:
            change(row)
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return folder

    return copy


def test_a_reinforcement_needs_no_target(step: Step, base: Path, changed: Any) -> None:
    data = changed(lambda row: row["targets"].clear())
    job = step.job("train/grpo", {**GRPO, "steps": 1}, {"model": base, "dataset": data}, ["model"])
    assert step.run(train_grpo, job)["steps"] == 1


def test_one_row_is_trained(step: Step, base: Path, changed: Any) -> None:
    data = changed(lambda row: row.update(split="train" if row["id"] == "clip-3" else "eval"))
    for kind in ("train/sft", "train/grpo"):
        module, params, output = KINDS[kind]
        job = step.job(kind, {**params, "steps": 0}, {"model": base, "dataset": data}, [output], name=output)
        assert step.run(module, job)["steps"] == 1


def test_the_default_modules_are_none_of_the_vision_towers(step: Step, base: Path) -> None:
    job = step.job("train/sft", SFT, {"model": base}, ["adapter"])
    step.run(train_sft, job)
    adapted = load_file(job.outputs["adapter"] / "adapter_model.safetensors")
    assert len(adapted) == 2 * 4 * 2
    assert not [name for name in adapted if "visual" in name or "language_model" not in name]


@pytest.mark.parametrize("spoil", [lambda data: data[:400], lambda _: b"no picture", lambda _: b""])
@pytest.mark.parametrize("kind", KINDS)
def test_a_strip_that_is_no_whole_picture_is_named(
    step: Step, base: Path, changed: Any, kind: str, spoil: Callable[[bytes], bytes]
) -> None:
    data = changed(lambda row: None)
    for strip in (data / "strips").iterdir():
        strip.write_bytes(spoil(strip.read_bytes()))
    module, params, output = KINDS[kind]
    job = step.job(kind, params, {"model": base, "dataset": data}, [output])
    with pytest.raises(StepError, match=r"The filmstrip 'clip-\d.png' cannot be read: ") as caught:
        step.run(module, job)
    assert caught.value.code == "data"

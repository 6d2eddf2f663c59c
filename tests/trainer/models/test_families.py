"""Which family a model is of stands in its config.json, and nothing is loaded as another one."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import ACTIVITIES, EVAL, GRPO, SFT, Step
from reprise_trainer.frames.picture import PATCH
from reprise_trainer.job.errors import StepError
from reprise_trainer.kinds import eval_mcq, eval_open, model_merge, train_grpo, train_sft
from reprise_trainer.models import families

KNOWN = ", ".join(families.FAMILIES)


def test_a_model_is_of_the_family_that_its_config_names(base: Path) -> None:
    assert families.of_model(base) is families.FAMILIES["qwen2_vl"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (None, "has no config.json"),
        ("{", "config.json cannot be read: Expecting"),
        ("[]", "config.json names no model_type; known are"),
        ('{"architectures": ["Qwen2VLForConditionalGeneration"]}', "config.json names no model_type; known are"),
        ('{"model_type": "qwen2_5_vl"}', f"names the model_type 'qwen2_5_vl'; known are: {KNOWN}."),
        ('{"model_type": ["qwen2_vl"]}', r"names the model_type \['qwen2_vl'\]; known are"),
    ],
)
def test_what_names_no_known_family_is_refused(tmp_path: Path, written: str | None, said: str) -> None:
    if written is not None:
        (tmp_path / "config.json").write_text(written)
    with pytest.raises(StepError, match=said) as refused:
        families.of_model(tmp_path)
    assert refused.value.code == "model"


@pytest.mark.parametrize(
    ("module", "kind", "params", "outputs"),
    [
        (train_sft, "train/sft", SFT, ["adapter"]),
        (train_grpo, "train/grpo", GRPO, ["model"]),
        (model_merge, "model/merge", {"frames": 8}, ["model"]),
        (eval_mcq, "eval/mcq", EVAL, ["replies"]),
        (eval_open, "eval/open", EVAL, ["replies"]),
    ],
)
def test_every_kind_refuses_a_family_that_it_does_not_know(
    step: Step, base: Path, tmp_path: Path, module: Any, kind: str, params: dict[str, Any], outputs: list[str]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for file in base.iterdir():
        (other / file.name).symlink_to(file)
    config = json.loads((base / "config.json").read_text())
    (other / "config.json").unlink()
    (other / "config.json").write_text(json.dumps({**config, "model_type": "qwen2_5_vl"}))
    with pytest.raises(StepError, match="model_type 'qwen2_5_vl'; known are"):
        step.run(module, step.job(kind, params, {"model": other, "adapter": other}, outputs))


def test_what_the_compiler_and_the_frames_know_of_families_is_what_the_families_are() -> None:
    told = json.loads((ACTIVITIES.parent / "schemas" / "families.json").read_text())
    assert set(told) == set(families.FAMILIES)
    for name, family in families.FAMILIES.items():
        side = told[name]["token_side"]
        for dimensions in family.architectures.values():
            assert dimensions.clip(2, (side, side)).tokens == 1
    assert told["qwen2_vl"]["token_side"] == PATCH
    size = json.loads((ACTIVITIES / "frames-extract" / "schema.json").read_text())["properties"]["size"]
    assert size["x-multiple"] == PATCH

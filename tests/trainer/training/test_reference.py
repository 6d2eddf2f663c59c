"""GRPO's reference may be asked by a thread beside the policy: the same bytes come out."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from conftest import GRPO, Step, weights
from peft import LoraConfig, get_peft_model
from reprise_trainer.kinds import train_grpo
from reprise_trainer.training.reference import Late, reference_of, without_adapter
from transformers import AutoModelForImageTextToText

TIMES = ("train_runtime", "train_samples_per_second", "train_steps_per_second", "step_time")


def logged(step: Step, job: Any) -> list[dict[str, Any]]:
    lines = [line["values"] for line in step.events(job, "metrics")]
    return [{name: value for name, value in line.items() if name not in TIMES} for line in lines]


@pytest.mark.usefixtures("varied_rewards")
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"steps_per_generation": 2, "num_iterations": 2, "steps": 6},
        {"gradient_accumulation_steps": 2, "steps": 3, "batch_size_per_device": 2},
    ],
)
def test_a_thread_gives_the_same_bytes(step: Step, base: Path, monkeypatch: Any, more: dict[str, Any]) -> None:
    params = {**GRPO, **more}
    plain = step.job("train/grpo", params, {"model": base}, ["model"], name="plain")
    step.run(train_grpo, plain)
    asked: list[Any] = []
    score = train_grpo.score_beside
    monkeypatch.setattr(train_grpo, "score_beside", lambda *given: (asked.append(given[0]), score(*given)))
    beside = replace(step.job("train/grpo", params, {"model": base}, ["model"], name="beside"), beside=True)
    step.run(train_grpo, beside)
    assert asked
    assert weights(beside.outputs["model"]) == weights(plain.outputs["model"])
    assert logged(step, beside) == logged(step, plain)


@torch.no_grad()
def test_without_its_adapter_a_model_is_what_it_was_around_the_same_weights(base: Path) -> None:
    model = AutoModelForImageTextToText.from_pretrained(base)
    ids = torch.arange(12)[None]
    expected = model(input_ids=ids).logits
    adapted: Any = get_peft_model(model, LoraConfig(target_modules=["q_proj", "down_proj"], init_lora_weights=False))
    changed = adapted(input_ids=ids).logits
    bare = without_adapter(adapted)
    assert torch.equal(bare(input_ids=ids).logits, expected)
    assert torch.equal(adapted(input_ids=ids).logits, changed)
    assert not torch.equal(changed, expected)
    assert not any("lora" in name for name, _ in bare.named_parameters())
    own = {weight.data_ptr() for weight in adapted.parameters()}
    assert {weight.data_ptr() for weight in bare.parameters()} <= own


@pytest.mark.parametrize(
    ("lora_dropout", "attention_dropout", "beta", "bf16", "fits"),
    [
        (0.0, 0.0, 0.1, False, True),
        (0.1, 0.0, 0.1, False, True),
        (0.0, 0.1, 0.1, False, False),
        (0.0, 0.0, 0.0, False, False),
        (0.0, 0.0, 0.1, True, False),
    ],
)
def test_what_draws_numbers_or_has_another_precision_is_left_to_trl(
    base: Path, lora_dropout: float, attention_dropout: float, beta: float, bf16: bool, fits: bool
) -> None:
    model = AutoModelForImageTextToText.from_pretrained(base)
    for part in model.modules():
        if hasattr(part, "attention_dropout"):
            part.attention_dropout = attention_dropout
    adapted = get_peft_model(model, LoraConfig(target_modules=["q_proj"], lora_dropout=lora_dropout))
    args = SimpleNamespace(bf16=bf16, fp16=False)
    assert (reference_of(SimpleNamespace(model=adapted, beta=beta, args=args)) is not None) == fits
    assert reference_of(SimpleNamespace(model=model, beta=0.1, args=args)) is None


def test_a_batch_waits_once_and_for_nothing_else() -> None:
    waited: list[int] = []
    batch = Late({"advantages": 1}, lambda: waited.append(1) or 5)
    assert (batch["advantages"], batch.get("old_per_token_logps"), waited) == (1, None, [])
    assert (batch["ref_per_token_logps"], batch["ref_per_token_logps"], waited) == (5, 5, [1])
    with pytest.raises(KeyError):
        batch["other"]

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from bitsandbytes.nn import Linear4bit
from conftest import EVAL, GRPO, SFT, SUPERVISED, Step, replies, weights
from reprise_trainer.checkpoints.saving import MARKER
from reprise_trainer.job.errors import StepError
from reprise_trainer.kinds import eval_mcq, eval_open, model_merge, model_tiny, train_grpo, train_sft
from reprise_trainer.models.qwen2_vl.processor import load_processor
from transformers import AutoModelForImageTextToText
from trl import SFTTrainer

TINY = {**SUPERVISED, "hidden_size": 64, "layers": 2, "vocabulary": 320, "learning_rate": 2e-3, "max_grad_norm": 1.0}


def test_sft_is_4_bit_trains_the_completion_and_sees_the_pixels(step: Step, base: Path, monkeypatch: Any) -> None:
    job = step.job("train/sft", SFT, {"model": base}, ["adapter"])
    seen: list[Any] = []
    original = train_sft.train_supervised
    monkeypatch.setattr(
        train_sft,
        "train_supervised",
        lambda *a, **k: seen.append(original(*a, **k)) or seen[0],
    )
    metrics = step.run(train_sft, job)
    assert metrics["steps"] == 3
    layers = [module for module in seen[0].model.modules() if isinstance(module, Linear4bit)]
    assert layers
    assert {layer.weight.quant_type for layer in layers} == {"nf4"}
    assert {event["name"] for event in step.events(job, "gate")} == {
        "labels-cover-completion",
        "pixels-reach-loss",
    }
    assert [event["done"] for event in step.events(job, "progress")] == [0, 1, 2, 3]
    assert all("loss" in event["values"] for event in step.events(job, "metrics")[:3])


@pytest.mark.usefixtures("varied_rewards")
@pytest.mark.parametrize(
    ("module", "kind", "params", "output", "every"),
    [
        (train_sft, "train/sft", {**SFT, "batch_size_per_device": 1, "logging_steps": 4}, "adapter", 3),
        (
            train_grpo,
            "train/grpo",
            {**GRPO, "gradient_accumulation_steps": 2, "logging_steps": 3},
            "model",
            2,
        ),
        # Three epochs, resumed in the second one.
        (train_sft, "train/sft", {**SFT, "epochs": 3}, "adapter", 5),
        (train_grpo, "train/grpo", {**GRPO, "steps": 15}, "model", 8),
        # A generation serves four steps; an epoch is 24 steps long.
        (
            train_grpo,
            "train/grpo",
            {**GRPO, "steps_per_generation": 2, "num_iterations": 2, "steps": 36},
            "model",
            28,
        ),
        # All weights: a whole Qwen2-VL is saved under other names than its modules have.
        (train_grpo, "train/grpo", {**GRPO, "trainable": "all", "steps": 6}, "model", 3),
        (model_tiny, "model/tiny", TINY, "model", 2),
        # From the last step, which ends an epoch or stands within one.
        (train_sft, "train/sft", SFT, "adapter", 3),
        (train_grpo, "train/grpo", {**GRPO, "steps": 15}, "model", 15),
    ],
)
def test_a_resumed_training_ends_with_the_same_bytes(
    step: Step,
    base: Path,
    module: Any,
    kind: str,
    params: dict[str, Any],
    output: str,
    every: int,
) -> None:
    whole = step.job(kind, params, {"model": base}, [output], name="whole", every_steps=every)
    undisturbed = step.run(module, whole)
    checkpoint = whole.checkpoints.directory / f"checkpoint-{every}"
    assert (checkpoint / MARKER).exists()
    again = step.job(
        kind,
        params,
        {"model": base},
        [output],
        name="again",
        every_steps=every,
        resume=checkpoint,
    )
    resumed = step.run(module, again)
    # The log line after the checkpoint covers steps from before it too.
    assert {**resumed, "step_time": 0} == {**undisturbed, "step_time": 0}
    assert step.events(again, "progress")[0]["done"] == every
    assert weights(again.outputs[output]) == weights(whole.outputs[output])
    if undisturbed["steps"] > every:
        assert weights(again.outputs[output]) != weights(checkpoint if output == "adapter" else base)


def test_a_checkpoint_without_its_optimizer_is_refused(step: Step, base: Path) -> None:
    job = step.job("train/sft", SFT, {"model": base}, ["adapter"], name="whole", every_steps=2)
    step.run(train_sft, job)
    checkpoint = job.checkpoints.directory / "checkpoint-2"
    (checkpoint / "optimizer.pt").unlink()
    again = step.job("train/sft", SFT, {"model": base}, ["adapter"], name="again", resume=checkpoint)
    with pytest.raises(StepError, match=r"lacks optimizer\.pt"):
        step.run(train_sft, again)


def test_merge_gives_a_whole_model_that_agrees(step: Step, base: Path) -> None:
    sft = step.job("train/sft", SFT, {"model": base}, ["adapter"])
    step.run(train_sft, sft)
    merge = step.job(
        "model/merge",
        {"frames": 8},
        {"model": base, "adapter": sft.outputs["adapter"]},
        ["model"],
    )
    metrics = step.run(model_merge, merge)
    assert 0 < metrics["largest_logit_difference"] < 1e-3
    merged = merge.outputs["model"]
    AutoModelForImageTextToText.from_pretrained(merged)
    load_processor(str(merged), 8)
    assert weights(merged) != weights(base)


def test_merge_compares_two_models_on_one_device(step: Step, base: Path, monkeypatch: Any) -> None:
    sft = step.job("train/sft", SFT, {"model": base}, ["adapter"])
    step.run(train_sft, sft)
    moved: list[Any] = []
    move = torch.nn.Module.to

    def seen(model: Any, *to: Any, **options: Any) -> Any:
        if to != ("cuda",):
            return move(model, *to, **options)
        moved.append(model)
        return model

    # A GPU, of which only the moves to it are seen.
    monkeypatch.setattr("reprise_trainer.models.loading.on_gpu", lambda: True)
    monkeypatch.setattr(torch.nn.Module, "to", seen)
    step.run(
        model_merge,
        step.job("model/merge", {"frames": 8}, {"model": base, "adapter": sft.outputs["adapter"]}, ["model"]),
    )
    assert len(moved) == 2


def test_merge_stops_when_the_merged_weights_are_wrong(step: Step, base: Path, monkeypatch: Any) -> None:
    sft = step.job("train/sft", SFT, {"model": base}, ["adapter"])
    step.run(train_sft, sft)
    # What a merge without the adapter would give: the base itself.
    monkeypatch.setattr("reprise_trainer.training.merging.load_model", lambda *_: _random_model(base))
    merge = step.job(
        "model/merge",
        {"frames": 8},
        {"model": base, "adapter": sft.outputs["adapter"]},
        ["model"],
    )
    with pytest.raises(StepError, match="the merge is broken"):
        step.run(model_merge, merge)


def _random_model(base: Path) -> Any:
    model: Any = AutoModelForImageTextToText.from_pretrained(base).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.01)
    return model


@pytest.mark.usefixtures("varied_rewards")
def test_grpo_trains_by_table_5_and_logs_what_tells_its_health(step: Step, base: Path) -> None:
    job = step.job("train/grpo", GRPO, {"model": base}, ["model"])
    metrics = step.run(train_grpo, job)
    assert metrics["steps"] == 4
    logged = step.events(job, "metrics")[0]["values"]
    for name in (
        "reward",
        "kl",
        "frac_reward_zero_std",
        "completions/clipped_ratio",
        "rewards/accuracy_reward/mean",
    ):
        assert name in logged
    gates = {event["name"] for event in step.events(job, "gate")}
    assert gates == {
        "prompts-fit",
        "pixels-reach-loss",
        "groups-differ",
        "rewards-differ",
        "merge-agrees",
    }
    assert weights(job.outputs["model"]) != weights(base)


def test_grpo_can_train_all_weights(step: Step, base: Path) -> None:
    job = step.job(
        "train/grpo",
        {**GRPO, "trainable": "all", "steps": 2},
        {"model": base},
        ["model"],
    )
    step.run(train_grpo, job)
    AutoModelForImageTextToText.from_pretrained(job.outputs["model"])
    load_processor(str(job.outputs["model"]), 8)


def test_greedy_rollouts_stop_grpo(step: Step, base: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(train_grpo, "PATIENCE", 2)
    job = step.job("train/grpo", {**GRPO, "top_k": 1}, {"model": base}, ["model"])
    with pytest.raises(StepError, match="rollouts are greedy"):
        step.run(train_grpo, job)


def test_a_prompt_over_the_limit_stops_grpo(step: Step, base: Path) -> None:
    job = step.job("train/grpo", {**GRPO, "max_prompt_length": 10}, {"model": base}, ["model"])
    with pytest.raises(StepError, match=r"has \d+ tokens, the limit is 10"):
        step.run(train_grpo, job)


def test_a_collator_that_drops_the_pixels_stops_training(step: Step, base: Path, monkeypatch: Any) -> None:
    from reprise_trainer.training import gates

    original = gates.first_batch

    def without_pixels(trainer: Any) -> dict[str, torch.Tensor]:
        return {name: value for name, value in original(trainer).items() if name != "pixel_values"}

    monkeypatch.setattr(gates, "first_batch", without_pixels)
    with pytest.raises(StepError, match="carries no pixels"):
        step.run(train_sft, step.job("train/sft", SFT, {"model": base}, ["adapter"]))


def test_a_model_that_ignores_the_pixels_stops_training(step: Step, base: Path, monkeypatch: Any) -> None:
    from transformers.models.qwen2_vl.modeling_qwen2_vl import (
        Qwen2VisionTransformerPretrainedModel as Tower,
    )

    original = Tower.forward

    def blind(self: Any, hidden_states: torch.Tensor, **kwargs: Any) -> Any:
        return original(self, torch.zeros_like(hidden_states), **kwargs)

    monkeypatch.setattr(Tower, "forward", blind)
    with pytest.raises(StepError, match="the pixels do not reach the loss"):
        step.run(train_sft, step.job("train/sft", SFT, {"model": base}, ["adapter"]))


def test_labels_over_the_prompt_stop_training(step: Step, base: Path, monkeypatch: Any) -> None:
    from reprise_trainer.training import gates

    original = gates.first_batch

    def everything(trainer: Any) -> dict[str, torch.Tensor]:
        batch = original(trainer)
        return {**batch, "labels": batch["input_ids"]}

    monkeypatch.setattr(gates, "first_batch", everything)
    with pytest.raises(StepError, match="labels cover more or less than the completion"):
        step.run(train_sft, step.job("train/sft", SFT, {"model": base}, ["adapter"]))


def test_the_tiny_base_learns_to_see(step: Step) -> None:
    params = {**TINY, "epochs": 20}
    job = step.job("model/tiny", params, {}, ["model"])
    metrics = step.run(model_tiny, job)
    assert metrics["parameters"] > 100_000
    evaluation = step.job(
        "eval/mcq", {**EVAL, "max_completion_length": 24}, {"model": job.outputs["model"]}, ["replies"]
    )
    assert step.run(eval_mcq, evaluation)["samples"] == 2
    assert [(row["id"], row["reply"], row["truncated"]) for row in replies(evaluation)] == [
        ("clip-6", "<answer>A</answer>", False),
        ("clip-7", "<answer>B</answer>", False),
    ]


def test_a_reply_that_was_cut_at_the_limit_says_so(step: Step, base: Path) -> None:
    job = step.job("eval/mcq", EVAL, {"model": base}, ["replies"])
    step.run(eval_mcq, job)
    assert [(row["tokens"], row["truncated"]) for row in replies(job)] == [(4, True), (4, True)]


def test_open_questions_are_asked_as_they_stand(step: Step, base: Path, dataset: Path, tmp_path: Path) -> None:
    with_open = tmp_path / "open"
    shutil.copytree(dataset, with_open)
    rows = [json.loads(line) for line in (with_open / "questions.jsonl").read_text("utf-8").splitlines()]
    held_out = [row for row in rows if row["split"] == EVAL["split"]]
    route = {**held_out[0], "id": "route-1", "question": "How do you get back?", "options": [], "answer": None}
    lines = [*rows, {**route, "reference": "Left, then right."}, {**route, "id": "route-2"}]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (with_open / "questions.jsonl").write_text(text, encoding="utf-8")
    params = {key: value for key, value in EVAL.items() if key != "prompt"}
    job = step.job("eval/open", params, {"model": base, "dataset": with_open}, ["replies"])
    assert step.run(eval_open, job)["samples"] == 1
    # Without a reference there is nothing to judge by.
    assert [row["id"] for row in replies(job)] == ["route-1"]


def test_an_unknown_split_is_told(step: Step, base: Path) -> None:
    with pytest.raises(StepError, match="no question in the split 'test'"):
        step.run(eval_mcq, step.job("eval/mcq", {**EVAL, "split": "test"}, {"model": base}, ["replies"]))


def test_another_number_of_frames_than_was_cut_is_told(step: Step, base: Path) -> None:
    with pytest.raises(StepError, match=r"reads 4 frames a clip, but the dataset's strips hold \[8\]"):
        step.run(eval_mcq, step.job("eval/mcq", {**EVAL, "frames": 4}, {"model": base}, ["replies"]))


def test_a_result_holds_only_finite_numbers_and_what_is_left_out_is_told(
    step: Step, base: Path, monkeypatch: Any
) -> None:
    original = SFTTrainer.log

    def with_nan(self: Any, logs: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        original(self, {**logs, "grad_norm": math.nan} if "loss" in logs else logs, *args, **kwargs)

    monkeypatch.setattr(SFTTrainer, "log", with_nan)
    job = step.job("train/sft", SFT, {"model": base}, ["adapter"])
    metrics = step.run(train_sft, job)
    assert "loss" in metrics
    assert "grad_norm" not in metrics
    told = [event["text"] for event in step.events(job, "message") if "grad_norm" in event["text"]]
    assert told == ["grad_norm is nan at step 1: it is left out of the metrics"]


def test_a_checkpoint_of_weights_alone_is_never_taken_for_a_whole_one(step: Step, base: Path) -> None:
    job = step.job("train/sft", {**SFT, "save_only_model": True}, {"model": base}, ["adapter"], every_steps=1)
    step.run(train_sft, job)
    saved = sorted(job.checkpoints.directory.glob("checkpoint-*"))
    assert saved
    assert not any((directory / MARKER).exists() or (directory / "optimizer.pt").exists() for directory in saved)
    assert step.events(job, "checkpoint") == []

"""Numbers that are not finite: in what a step reads, and in any step of a training."""

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import EVAL, GRPO, SFT, Step
from reprise_trainer.checkpoints.log_state import KeepLogState
from reprise_trainer.checkpoints.saving import MARKER
from reprise_trainer.job.errors import StepError
from reprise_trainer.kinds import eval_mcq, eval_open, model_merge, train_grpo, train_sft
from reprise_trainer.models.weights import first_odd, odd_numbers
from reprise_trainer.training import supervised
from safetensors.torch import load_file, save_file
from spoiling import INF, NAN, at_step, changed, put, spoil, trained
from trl import GRPOTrainer, SFTTrainer

VISION = "visual.blocks.0.attn.qkv.weight"
KINDS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "train/sft": (train_sft, SFT, "adapter"),
    "train/grpo": (train_grpo, GRPO, "model"),
    "model/merge": (model_merge, {"frames": 8}, "model"),
    "eval/mcq": (eval_mcq, EVAL, "replies"),
    "eval/open": (eval_open, EVAL, "replies"),
}


@pytest.mark.parametrize("value", [NAN, INF, -INF], ids=["NaN", "inf", "-inf"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16, torch.float8_e5m2])
def test_a_number_that_is_not_finite_is_found_wherever_it_stands(dtype: torch.dtype, value: float) -> None:
    for place in (0, 50, 100):
        tensor = torch.zeros(101).index_fill(0, torch.tensor(place), value).to(dtype)
        assert odd_numbers(tensor) == f"1 {'NaN' if math.isnan(value) else 'infinite'} among 101 numbers"
    assert odd_numbers(torch.full((3, 4), 3e38)) is None
    assert odd_numbers(torch.tensor([1, 2])) is None
    assert odd_numbers(torch.zeros(0)) is None
    assert first_odd([("a", torch.ones(2)), ("b", torch.tensor([NAN, INF, 0.0]))]) == (
        "'b' has 1 NaN and 1 infinite among 3 numbers"
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("part", "value"), [(VISION, NAN), ("layers.1.mlp.down_proj.weight", INF)])
def test_a_model_that_is_not_finite_is_refused_by_the_tensors_name(
    step: Step, base: Path, tmp_path: Path, kind: str, part: str, value: float
) -> None:
    module, params, output = KINDS[kind]
    model = changed(tmp_path / "broken", base, put(part, value))
    job = step.job(kind, params, {"model": model, "adapter": base}, [output])
    with pytest.raises(
        StepError, match=rf"The step's 'model' cannot be used: in model.safetensors '.*{part}' has 1 "
    ) as e:
        step.run(module, job)
    assert e.value.code == "model"


def test_a_damaged_file_of_weights_is_named(step: Step, base: Path, tmp_path: Path) -> None:
    shutil.copytree(base, tmp_path / "cut")
    file = tmp_path / "cut" / "model.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(StepError, match=r"'model.safetensors' cannot be read as weights"):
        step.run(eval_mcq, step.job("eval/mcq", EVAL, {"model": tmp_path / "cut"}, ["replies"]))


def test_weights_in_the_older_format_are_looked_at_too(step: Step, base: Path, tmp_path: Path) -> None:
    model = changed(tmp_path / "broken", base, put(VISION, NAN))
    torch.save(load_file(model / "model.safetensors"), model / "pytorch_model.bin")
    (model / "model.safetensors").unlink()
    with pytest.raises(StepError, match=r"in pytorch_model.bin '.*visual.* has 1 NaN"):
        step.run(train_sft, step.job("train/sft", SFT, {"model": model}, ["adapter"]))


def test_a_weight_that_is_spoilt_while_it_is_loaded_stops_at_the_gate(step: Step, base: Path, monkeypatch: Any) -> None:
    original = supervised.keep_trainable_in_float32

    def spoiling(model: Any, given: Any) -> None:
        original(model, given)
        spoil(model, INF)

    monkeypatch.setattr(supervised, "keep_trainable_in_float32", spoiling)
    with pytest.raises(
        StepError, match=r"Before the training the model is not finite: 'base_model.*lora_A.* has 1 inf"
    ):
        step.run(train_sft, step.job("train/sft", SFT, {"model": base}, ["adapter"]))


@pytest.fixture
def unscaled(base: Path, tmp_path: Path) -> Path:
    """The base with a processor that divides by 0."""
    model = tmp_path / "unscaled"
    shutil.copytree(base, model)
    for file in model.glob("*processor*.json"):
        values = json.loads(file.read_text())
        for part in (values, *(part for part in values.values() if isinstance(part, dict))):
            if "image_std" in part:
                part["image_std"] = [0.0, 0.0, 0.0]
        file.write_text(json.dumps(values))
    return model


def test_frames_that_are_not_finite_stop_at_the_gate(step: Step, unscaled: Path) -> None:
    with pytest.raises(StepError, match=r"the loss is nan, .*: its frames have 37632 infinite among .*image_std"):
        step.run(train_sft, step.job("train/sft", SFT, {"model": unscaled}, ["adapter"]))


def test_frames_that_are_not_finite_stop_an_evaluation(step: Step, unscaled: Path) -> None:
    with pytest.raises(StepError, match=r"'clip-6', 2 of the 2 .* frames have 37632 infinite among .*image_std"):
        step.run(eval_mcq, step.job("eval/mcq", EVAL, {"model": unscaled}, ["replies"]))


@pytest.mark.parametrize("kind", ["train/sft", "train/grpo"])
def test_a_loss_that_overflows_stops_at_the_gate(step: Step, base: Path, tmp_path: Path, kind: str) -> None:
    module, params, output = KINDS[kind]
    model = changed(tmp_path / "large", base, lambda tensors: tensors["lm_head.weight"].fill_(3e38))
    job = step.job(kind, {**params, "quantization": "none"}, {"model": model}, [output])
    with pytest.raises(StepError, match=r"Before the training the loss is (nan|inf), .* something overflows") as caught:
        step.run(module, job)
    assert caught.value.code == "gate"


@pytest.mark.usefixtures("varied_rewards")
@pytest.mark.parametrize("bad", [2, 6], ids=["between log lines", "last step"])
@pytest.mark.parametrize("accumulated", [1, 2])
@pytest.mark.parametrize(("trainer", "kind"), [(SFTTrainer, "train/sft"), (GRPOTrainer, "train/grpo")])
def test_a_loss_of_any_step_stops_the_training(
    step: Step, base: Path, monkeypatch: Any, trainer: Any, kind: str, bad: int, accumulated: int
) -> None:
    module, params, output = KINDS[kind]
    compute = trainer.compute_loss

    def one_bad(self: Any, *args: Any, **kwargs: Any) -> Any:
        loss = compute(self, *args, **kwargs)
        first = not self.accelerator.sync_gradients or accumulated == 1
        return loss * NAN if self.state.global_step + 1 == bad and first else loss

    monkeypatch.setattr(trainer, "compute_loss", one_bad)
    given = {"logging_steps": 100, "epochs": 2, "gradient_accumulation_steps": accumulated}
    if module is train_sft:
        given["batch_size_per_device"] = 2 // accumulated
    job = step.job(kind, {**params, **given, "steps": 6}, {"model": base}, [output], every_steps=1)
    with pytest.raises(
        StepError, match=rf"The loss is nan at step {bad} of 6, and so is the gradient of '.*lora_"
    ) as e:
        step.run(module, job)
    assert e.value.code == "nan"
    assert not list(job.outputs[output].parent.rglob("*.safetensors"))
    assert not (job.checkpoints.directory / f"checkpoint-{bad}").exists()


def test_a_gradient_that_overflows_is_named(step: Step, base: Path, monkeypatch: Any) -> None:
    original = SFTTrainer.training_step

    def one_inf(self: Any, *args: Any, **kwargs: Any) -> Any:
        loss = original(self, *args, **kwargs)
        if self.state.global_step == 1:
            trained(self.model).grad.view(-1)[0] = INF
        return loss

    monkeypatch.setattr(SFTTrainer, "training_step", one_inf)
    job = step.job("train/sft", {**SFT, "logging_steps": 100}, {"model": base}, ["adapter"])
    with pytest.raises(
        StepError, match=r"The gradient's norm is inf at step 2 of 3, and so is the gradient of '.*lora_A"
    ):
        step.run(train_sft, job)


@pytest.mark.parametrize("quantization", ["4-bit", "none"])
def test_a_weight_that_is_spoilt_in_the_last_step_is_named(
    step: Step, base: Path, monkeypatch: Any, quantization: str
) -> None:
    at_step(monkeypatch, "on_optimizer_step", 3, lambda model, _: spoil(model))
    params = {**SFT, "quantization": quantization, "logging_steps": 100}
    job = step.job("train/sft", params, {"model": base}, ["adapter"])
    with pytest.raises(
        StepError, match=r"The weight 'base_model.*lora_A.*' has 1 NaN among 512 numbers at step 3 of 3: the"
    ):
        step.run(train_sft, job)
    assert not job.outputs["adapter"].exists()


def test_an_optimizer_state_that_is_not_finite_is_named(step: Step, base: Path, monkeypatch: Any) -> None:
    def spoil_state(model: Any, optimizer: Any) -> None:
        optimizer.state[trained(model)]["exp_avg_sq"].view(-1)[0] = INF

    at_step(monkeypatch, "on_optimizer_step", 2, spoil_state)
    job = step.job("train/sft", SFT, {"model": base}, ["adapter"])
    with pytest.raises(
        StepError, match=r"The optimizer's exp_avg_sq of '.*lora_A.*' has 1 infinite among .* at step 2"
    ):
        step.run(train_sft, job)


@pytest.mark.parametrize("file", ["adapter_model.safetensors", "optimizer.pt"])
def test_a_checkpoint_that_is_not_finite_is_never_whole(step: Step, base: Path, monkeypatch: Any, file: str) -> None:
    original = KeepLogState.on_save

    def spoiling(self: Any, args: Any, state: Any, control: Any, **more: Any) -> None:
        original(self, args, state, control, **more)
        if state.global_step == 2:
            spoil_file(Path(args.output_dir) / "checkpoint-2" / file)

    monkeypatch.setattr(KeepLogState, "on_save", spoiling)
    job = step.job("train/sft", SFT, {"model": base}, ["adapter"], every_steps=1, keep=9)
    with pytest.raises(
        StepError, match=rf"Checkpoint 'checkpoint-2' cannot be used: in {file} '.*' has 1 NaN"
    ) as caught:
        step.run(train_sft, job)
    assert caught.value.code == "nan"
    assert (job.checkpoints.directory / "checkpoint-1" / MARKER).exists()
    assert not (job.checkpoints.directory / "checkpoint-2" / MARKER).exists()


def spoil_file(file: Path) -> None:
    if file.suffix == ".safetensors":
        tensors = load_file(file)
        next(iter(tensors.values())).view(-1)[0] = NAN
        save_file(tensors, file, {"format": "pt"})
    else:
        content = torch.load(file, weights_only=True)
        content["state"][0]["exp_avg_sq"].view(-1)[0] = NAN
        torch.save(content, file)


@pytest.mark.parametrize("file", ["adapter_model.safetensors", "optimizer.pt"])
def test_a_checkpoint_that_is_not_finite_is_not_resumed(step: Step, base: Path, file: str) -> None:
    job = step.job("train/sft", SFT, {"model": base}, ["adapter"], every_steps=2)
    step.run(train_sft, job)
    checkpoint = job.checkpoints.directory / "checkpoint-2"
    spoil_file(checkpoint / file)
    again = step.job("train/sft", SFT, {"model": base}, ["adapter"], name="again", resume=checkpoint)
    with pytest.raises(StepError, match=rf"'checkpoint-2' cannot be used: in {file} '.*' has 1 NaN .* 'resume: never'"):
        step.run(train_sft, again)

"""Settings of the libraries: what a recipe says reaches their own objects, and what cannot be is refused."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import GRPO, SEVEN, SFT, Step
from reprise_trainer import launch
from reprise_trainer.job.errors import StepError
from reprise_trainer.kinds import train_grpo, train_sft
from reprise_trainer.launching.accelerate_keys import require_known_keys
from reprise_trainer.models import loading
from reprise_trainer.preflight.on_gpus import as_on_gpus
from reprise_trainer.preflight.sharding import sharding_plugin
from reprise_trainer.preflight.stages import Asked, grpo, sft
from reprise_trainer.processes import ranks
from reprise_trainer.training import settings
from reprise_trainer.training.arguments import model_arguments
from reprise_trainer.training.supervised import sft_config
from transformers import AutoModelForImageTextToText

COMMON = {"compute_environment": "LOCAL_MACHINE", "num_machines": 1, "num_processes": 4, "use_cpu": False}
FSDP = {
    **COMMON,
    "distributed_type": "FSDP",
    "mixed_precision": "bf16",
    "fsdp_config": {
        "fsdp_version": 2,
        "fsdp_auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
        "fsdp_reshard_after_forward": True,
        "fsdp_offload_params": False,
        "fsdp_state_dict_type": "FULL_STATE_DICT",
        "fsdp_cpu_ram_efficient_loading": False,
        "fsdp_activation_checkpointing": True,
    },
}


def asked(kind: str, params: dict[str, Any], **more: Any) -> Asked:
    return Asked("s", kind, params, processes=4, model=SEVEN, frames=8, frame=(224, 224), **more)


def on_gpus(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(settings, "on_gpu", lambda: True)
    monkeypatch.setattr(ranks, "count", lambda: count)


@pytest.mark.parametrize(
    ("given", "bf16", "dtype"),
    [({}, True, "bfloat16"), ({"precision": "bf16"}, True, "bfloat16"), ({"precision": "fp32"}, False, "float32")],
)
def test_precision_on_gpus(given: dict[str, Any], bf16: bool, dtype: str) -> None:
    with as_on_gpus(4):
        config = sft_config(asked("train/sft", {**SFT, **given}).job(), "4-bit")
    assert config.bf16 is bf16
    assert config.model_init_kwargs["dtype"] == dtype
    assert config.model_init_kwargs["quantization_config"].bnb_4bit_compute_dtype == getattr(torch, dtype)


def test_without_settings_a_cpu_trains_as_before(step: Step) -> None:
    config = sft_config(step.job("train/sft", SFT, {}, ["adapter"]), "none")
    assert (config.bf16, config.activation_checkpointing) == (False, False)
    assert config.model_init_kwargs == {"dtype": "float32"}


@pytest.mark.parametrize(
    ("given", "computed_again"),
    [({}, True), ({"activation_checkpointing": False}, False), ({"sharding": "fsdp"}, False)],
    ids=["auto", "off", "by FSDP itself"],
)
def test_activation_checkpointing_on_gpus(given: dict[str, Any], computed_again: bool) -> None:
    with as_on_gpus(4):
        config = train_grpo.grpo_config(asked("train/grpo", {**GRPO, **given}).job(), [])
    # TRL reads the old name.
    assert (config.activation_checkpointing, config.gradient_checkpointing) == (computed_again, computed_again)


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_attention_reaches_the_model(base: Path, attention: str) -> None:
    arguments = model_arguments({"attention": attention}, "none")
    model = AutoModelForImageTextToText.from_pretrained(base, **arguments)
    assert model.config._attn_implementation == attention


def test_a_training_in_bfloat16_with_eager_attention_and_recomputation(step: Step, base: Path) -> None:
    chosen = {"precision": "bf16", "attention": "eager", "activation_checkpointing": True, "quantization": "none"}
    job = step.job("train/sft", {**SFT, **chosen}, {"model": base}, ["adapter"])
    assert step.run(train_sft, job)["steps"] == 3


def test_a_reinforcement_in_bfloat16_merges_in_its_own_numbers(step: Step, base: Path, varied_rewards: None) -> None:
    job = step.job("train/grpo", {**GRPO, "precision": "bf16", "steps": 2}, {"model": base}, ["model"])
    assert step.run(train_grpo, job)["steps"] == 2
    loaded = AutoModelForImageTextToText.from_pretrained(job.outputs["model"], dtype="auto")
    assert loaded.dtype == torch.bfloat16


def test_vllm_reaches_the_config() -> None:
    config = train_grpo.grpo_config(asked("train/grpo", {**GRPO, "rollouts": "vllm-colocate"}).job(), [7])
    assert (config.use_vllm, config.vllm_mode) == (True, "colocate")
    assert config.generation_kwargs == {"logit_bias": {7: -100.0}}
    with pytest.raises(StepError, match="vLLM sees a clip as one tall picture"):
        grpo(asked("train/grpo", {**GRPO, "rollouts": "vllm-colocate"}))


def test_fsdp_is_accelerates_version_2() -> None:
    plugin = sharding_plugin(FSDP)
    assert (plugin.fsdp_version, plugin.reshard_after_forward, plugin.activation_checkpointing) == (2, True, True)
    assert plugin.auto_wrap_policy.__name__ == "transformer_auto_wrap_policy"
    assert sharding_plugin({**COMMON, "distributed_type": "MULTI_GPU", "mixed_precision": "no"}) is None
    assert sharding_plugin(None) is None


def test_zero_3_is_accelerates_stage_3() -> None:
    sections = {"zero_stage": 3, "zero3_save_16bit_model": True}
    config = {**COMMON, "distributed_type": "DEEPSPEED", "mixed_precision": "bf16", "deepspeed_config": sections}
    plugin = sharding_plugin(config)
    assert (plugin.zero_stage, plugin.zero3_save_16bit_model) == (3, True)


@pytest.mark.parametrize(
    ("config", "unknown"),
    [
        ({**FSDP, "fsdp_config": {**FSDP["fsdp_config"], "fsdp_versoin": 2}}, "fsdp_config.fsdp_versoin"),
        ({**FSDP, "fsdp_config": {"version": 2, "versoin": 2}}, "fsdp_config.versoin"),
        ({**FSDP, "deepspeed_config": {"zero_stages": 3}}, "deepspeed_config.zero_stages"),
        ({**FSDP, "num_proceses": 4}, "num_proceses"),
    ],
)
def test_a_key_that_accelerate_would_ignore_is_found(config: dict[str, Any], unknown: str) -> None:
    with pytest.raises(StepError, match=f"accelerate does not know {unknown}, and would ignore it"):
        require_known_keys(config)
    with pytest.raises(StepError, match=unknown):
        sft(asked("train/sft", {**SFT, "quantization": "none"}, accelerate=config))


def test_the_launcher_starts_nothing_with_such_a_key(
    step: Step, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = step.job("train/sft", SFT, {}, ["adapter"])
    monkeypatch.setattr(launch, "read_job", lambda _: job)
    config = tmp_path / "accelerate.yaml"
    config.write_text(json.dumps({**FSDP, "fsdp_config": {"fsdp_versoin": 2}}))
    assert launch.launch("job.json", str(config)) == 2
    assert json.loads(job.result.read_text())["code"] == "environment"


def test_a_value_that_accelerate_refuses_is_found() -> None:
    wrong = {**FSDP, "fsdp_config": {**FSDP["fsdp_config"], "fsdp_auto_wrap_policy": "nonsense"}}
    with pytest.raises(ValueError, match="nonsense"):
        sft(asked("train/sft", {**SFT, "quantization": "none", "sharding": "fsdp"}, accelerate=wrong))


def test_preflight_counts_what_the_settings_take() -> None:
    given = {**GRPO, "trainable": "all", "sharding": "fsdp"}
    found = grpo(asked("train/grpo", given, accelerate=FSDP))
    assert found.phases["update"]["weights, float32, sharded"] == found.counts.total
    kept = grpo(asked("train/grpo", {**given, "activation_checkpointing": False}, accelerate=FSDP))
    peak = "activations and loss"
    assert kept.phases["update"][peak] > 2 * found.phases["update"][peak]
    wide = sft(asked("train/sft", {**SFT, "quantization": "none", "precision": "fp32"}))
    assert wide.phases["training"]["weights, float32"] == 4 * wide.counts.total


def test_4_bit_weights_are_not_divided() -> None:
    with pytest.raises(StepError, match="4-bit weights cannot be divided: set 'quantization: none'"):
        sft(asked("train/sft", {**SFT, "sharding": "fsdp"}, accelerate=FSDP))


@pytest.mark.parametrize(
    ("module", "params", "output", "package"),
    [
        (train_sft, {**SFT, "attention": "flash-attention-2"}, "adapter", "flash-attn"),
        (train_grpo, {**GRPO, "attention": "flash-attention-2"}, "model", "flash-attn"),
        (train_grpo, {**GRPO, "rollouts": "vllm-colocate"}, "model", "vllm"),
        (train_grpo, {**GRPO, "sharding": "zero-3"}, "model", "deepspeed"),
    ],
)
def test_a_missing_package_is_said_before_anything_is_loaded(
    step: Step, module: Any, params: dict[str, Any], output: str, package: str
) -> None:
    # Neither the data nor the model is there.
    job = step.job(f"train/{module.__name__[-4:]}", params, {"model": Path("none")}, [output])
    job = replace(job, inputs={"model": "none", "dataset": "none"})
    with pytest.raises(StepError, match=f"needs the Python package {package}, which is not installed") as refused:
        step.run(module, job)
    assert refused.value.code == "environment"


def test_weights_are_divided_among_several_gpus_only(monkeypatch: pytest.MonkeyPatch) -> None:
    fsdp = {**SFT, "quantization": "none", "sharding": "fsdp"}
    assert not loading.on_gpu()
    with pytest.raises(StepError, match="divides the weights among several GPUs"):
        settings.require_here(fsdp)
    on_gpus(monkeypatch, 1)
    with pytest.raises(StepError, match="divides the weights among several GPUs"):
        settings.require_here(fsdp)
    on_gpus(monkeypatch, 4)
    settings.require_here(fsdp)

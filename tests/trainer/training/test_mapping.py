"""The mapping that the schemas state is the one that the trainers make: `reprise conform` shows the former."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import GRPO, SFT, Step
from reprise_trainer.kinds import train_grpo
from reprise_trainer.models.lora import lora_config
from reprise_trainer.training.supervised import sft_config

KINDS = Path(__file__).parents[3] / "schemas" / "kinds"


def properties(kind: str) -> dict[str, Any]:
    return json.loads((KINDS / f"{kind}.schema.json").read_text())["properties"]


def reaches(schema: dict[str, Any], value: Any, params: dict[str, Any]) -> Any:
    """As compiler/conform.ts computes it."""
    mapping = schema.get("x-maps", {})
    values = mapping.get("values", {})
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if text in values:
        return values[text]
    if any(params[name] == other for name, other in mapping.get("unless", {}).items()) or "times" not in mapping:
        return value
    return value * params[mapping["times"]]


def value_of(config: Any, field: str) -> Any:
    """A field, or a key of a field that is a dictionary."""
    name, *keys = field.split(".")
    value = getattr(config, name)
    return value.get(keys[0]) if keys else value


def configs(step: Step, kind: str, params: dict[str, Any]) -> dict[str, Any]:
    job = step.job(f"train/{kind}", params, {}, ["out"])
    config = sft_config(job, "none") if kind == "sft" else train_grpo.grpo_config(job, [])
    return {type(config).__name__: config, "LoraConfig": lora_config(params)}


CASES = [
    ("sft", SFT),
    ("grpo", GRPO),
    ("grpo", {**GRPO, "batch_unit": "completions", "batch_size_per_device": 4, "group_size": 4}),
    ("grpo", {**GRPO, "steps_per_generation": 2, "gradient_accumulation_steps": 2, "num_iterations": 2, "steps": 0}),
    ("grpo", {**GRPO, "top_p": "model", "top_k": "model", "save_only_model": True}),
    ("sft", {**SFT, "precision": "bf16", "attention": "eager", "activation_checkpointing": True}),
    ("grpo", {**GRPO, "precision": "fp32", "attention": "flash-attention-2", "activation_checkpointing": False}),
    ("grpo", {**GRPO, "rollouts": "vllm-colocate"}),
]


@pytest.mark.parametrize(("kind", "given"), CASES)
def test_every_parameter_reaches_the_field_that_its_schema_names(step: Step, kind: str, given: dict[str, Any]) -> None:
    schemas = properties(f"train-{kind}")
    # What the recipe leaves out is written out by the compiler.
    params = {**{name: schema["default"] for name, schema in schemas.items() if "default" in schema}, **given}
    made = configs(step, kind, params)
    checked = set()
    for name, schema in schemas.items():
        owner, _, field = schema["x-field"].partition(".")
        # What `auto` becomes depends on the machine.
        by_machine = params.get(name) == "auto" and "auto" not in schema.get("x-maps", {}).get("values", {})
        if owner not in made or name in ("seed", "rewards") or by_machine:
            continue
        expected = reaches(schema, params[name], params)
        value = value_of(made[owner], field)
        if name == "steps_per_generation" and expected is None:
            expected = params["gradient_accumulation_steps"]
        if isinstance(value, set):
            value, expected = sorted(value), sorted(expected)
        assert getattr(value, "value", value) == expected, name
        checked.add(name)
    assert {"learning_rate", "batch_size_per_device", "lora_rank", "max_grad_norm", "logging_steps"} <= checked


def test_rewards_and_seed(step: Step) -> None:
    config = configs(step, "grpo", GRPO)["GRPOConfig"]
    assert config.reward_weights == list(GRPO["rewards"].values())
    assert (config.seed, config.data_seed) == (0, 0)

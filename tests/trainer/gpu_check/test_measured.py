"""Preflight's counts held to what a GPU was measured to take: benchmarks/gpu/, made by `npm run gpu-check`."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import GRPO, SFT
from reprise_trainer.gpu_check.table import seconds_a_unit
from reprise_trainer.preflight.stages import STAGES, Asked

FILE = Path(__file__).parents[3] / "benchmarks" / "gpu" / "h100-2026-11-26.json"
MEASURED: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))["checks"]
# Dense bfloat16, data sheet; schemas/gpus.json.
H100_FLOPS = json.loads((FILE.parents[2] / "schemas" / "gpus.json").read_text())["H100"]["tflops"] * 1e12

TABLE_5 = {
    **GRPO,
    "lora_dropout": 0.0,
    "prompt": "tags",
    "learning_rate": 1e-5,
    "gradient_accumulation_steps": 4,
    "group_size": 8,
    "max_completion_length": 256,
    "rewards": {"accuracy": 1.0},
}
# Of st-r1.yaml's profile single-gpu. `rows` are those of one unit of work: an optimizer step, or a question.
CASES: dict[str, dict[str, Any]] = {
    "sft": {
        "kind": "train/sft",
        "params": {**SFT, "target": "reverse-thinking", "batch_size_per_device": 1},
        "rows": 4,
    },
    "grpo": {"kind": "train/grpo", "params": TABLE_5, "rows": 4},
    "grpo-kept": {"kind": "train/grpo", "params": {**TABLE_5, "activation_checkpointing": False}, "rows": 4},
    "evaluation": {"kind": "eval/mcq", "params": {"batch_size": 8, "max_completion_length": 512}, "rows": 1},
}


@pytest.mark.parametrize("name", CASES)
def test_memory_is_within_5_and_time_within_25_percent(name: str) -> None:
    case, measured = CASES[name], MEASURED[name]
    asked = Asked(name, case["kind"], case["params"], 1, "Qwen/Qwen2-VL-7B-Instruct", 8, (392, 392))
    found = STAGES[asked.kind](asked)
    phases = [sum(parts.values()) for phase, parts in found.phases.items() if phase in measured["phases"]]
    taken = max(seen["driver"] for seen in measured["phases"].values())
    assert max(phases) + found.overhead == pytest.approx(taken, rel=0.05)
    row = found.flops_per_row / (H100_FLOPS * found.share_of_speed) + found.waiting_per_row
    assert case["rows"] * row == pytest.approx(seconds_a_unit(measured), rel=0.25)


def test_the_tensors_of_each_phase_are_within_5_percent() -> None:
    """The table of docs/gpu.md: what was counted stands beside what was measured."""
    pairs = [
        (f"{name}, {phase}", parts["tensors"], check["phases"][phase]["allocated"])
        for name, check in MEASURED.items()
        for phase, parts in check["counted"].get("phases", {}).items()
        if phase in check.get("phases", {})
    ]
    assert len(pairs) == 7
    for what, counted, allocated in pairs:
        assert counted == pytest.approx(allocated, rel=0.05), what

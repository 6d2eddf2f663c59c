"""The measurement of a run at full size, scaled down to a processor."""

import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import SFT
from forked import Subprocess
from reprise_trainer.gpu_check import __main__ as all_of_it
from reprise_trainer.gpu_check import children
from reprise_trainer.gpu_check.__main__ import main
from reprise_trainer.gpu_check.checks import Clips
from reprise_trainer.gpu_check.phases import Phases
from reprise_trainer.gpu_check.table import show
from reprise_trainer.gpu_check.words import conversation, text_of
from reprise_trainer.gpu_check.world import make_tokenizer

CLIPS = {
    "rows": {"train": 6},
    "frames": 8,
    "frame": [28, 28],
    "prompt": "tags",
    "prompt_tokens": 90,
    "answer_tokens": 20,
}
MODEL = {
    "parameters": 0,
    "text": {
        "vocab_size": 2048,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 4096,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e4, "mrope_section": [2, 3, 3]},
    },
    "vision": {
        "depth": 2,
        "embed_dim": 32,
        "hidden_size": 64,
        "num_heads": 2,
        "mlp_ratio": 2,
        "patch_size": 14,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
    },
}


def job(**params: Any) -> dict[str, Any]:
    """A training of three optimizer steps, as `npm run gpu-check` would write it."""
    return {
        "kind": "train/sft",
        "params": {**SFT, "prompt": "tags", "batch_size_per_device": 2, **params},
        "inputs": {"model": "full", "dataset": "clips"},
        "outputs": {"adapter": "adapter"},
        "events": "",
        "result": "",
        "checkpoints": {
            "directory": "",
            "every_steps": 1,
            "every_seconds": None,
            "keep": 3,
            "key": "k",
            "fields": {},
            "inexact": [],
            "resume": None,
        },
        "seed": 0,
        "threads": 1,
        "beside": False,
        "reproducible": "fastest",
    }


def check(folder: Path, checks: list[dict[str, Any]], *options: str) -> tuple[int, dict[str, Any]]:
    """Exit code and what was written."""
    file = folder / "checks.json"
    file.write_text(
        json.dumps({"needs_gpu": False, "models": {"full": MODEL}, "words": 2000, "clips": CLIPS, "checks": checks})
    )
    code = main([str(file), "--out", str(folder / "out"), *options])
    return code, json.loads((folder / "out" / "measured.json").read_text())


def test_texts_have_exactly_the_tokens_that_are_asked_for() -> None:
    tokenizer = make_tokenizer(Clips(**CLIPS), 151643)
    # Ids of the real tokenizer (tokenizer_config.json of Qwen2-VL).
    assert tokenizer.convert_tokens_to_ids(["<|endoftext|>", "<|im_end|>", "<|image_pad|>"]) == [151643, 151645, 151655]
    for tokens in (60, 150):
        text = text_of(tokens, lambda text: conversation(tokenizer, text), random.Random(0))
        assert conversation(tokenizer, text) == tokens
    with pytest.raises(ValueError, match="2 tokens cannot be made of words"):
        text_of(2, lambda text: conversation(tokenizer, text), random.Random(0))


@pytest.fixture(autouse=True)
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process loads the libraries; in tests/scripts/gpu-check.test.ts each does."""
    for module in (all_of_it, children) if sys.platform == "linux" else ():
        monkeypatch.setattr(module, "subprocess", Subprocess)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the model and the questions lie, once a check has made them."""
    return tmp_path_factory.mktemp("work")


def test_a_training_is_killed_resumed_and_compared(
    tmp_path: Path, work: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    checks = [
        {"name": "resume", "part": 1, "job": job(), "counted": {}, "again": True},
        {"name": "stopped", "part": 1, "job": job(), "counted": {}, "ends": "step"},
        {"name": "missing", "part": 1, "job": job(), "counted": {}, "needs": "no_such_module"},
        {"name": "broken", "part": 1, "job": job(split="none"), "counted": {}},
    ]
    code, found = check(tmp_path, checks, "--work", str(work))
    assert code == 1
    seen = found["checks"]
    # On a processor a resumed training is the undisturbed one.
    assert seen["resume"]["resumed"] == {
        "checkpoint": seen["resume"]["resumed"]["checkpoint"],
        "killed_after_step": seen["resume"]["resumed"]["killed_after_step"],
        "before": None,
        "after": None,
        "bytes": True,
    }
    assert len(seen["resume"]["phases"]["training"]["seconds"]) == 3
    assert [done for _, done, _ in seen["stopped"]["progress"]] == [0, 1, 2, 3]
    assert seen["missing"]["left_out"] == "no_such_module is not installed"
    assert "has no question in the split 'none'" in seen["broken"]["failed"]
    printed = capfd.readouterr().out
    assert "ends with the same bytes as an undisturbed run" in printed
    assert "missing was left out: no_such_module is not installed" in printed
    assert (tmp_path / "out" / "broken.log.txt").exists()


def test_what_cannot_begin_in_time_is_left_out_and_models_are_made_once(tmp_path: Path, work: Path) -> None:
    checks = [{"name": "late", "part": 1, "job": job(), "counted": {}}]
    code, found = check(tmp_path, checks, "--minutes", "0", "--work", str(work))
    made = (work / "full").stat().st_ctime_ns
    check(tmp_path, checks, "--minutes", "0", "--work", str(work))
    assert (work / "full").stat().st_ctime_ns == made
    assert (code, found["checks"]["late"]["left_out"]) == (3, "no time was left for it")


def test_without_a_gpu_or_such_a_part_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "checks.json"
    checks = [{"name": "sft", "part": 1, "job": job(), "counted": {}}]
    file.write_text(json.dumps({"needs_gpu": True, "models": {}, "words": 2000, "clips": CLIPS, "checks": checks}))
    if not torch.cuda.is_available():
        assert main([str(file), "--out", str(tmp_path)]) == 2
        assert "PyTorch sees no CUDA GPU here" in capsys.readouterr().err
    assert main([str(file), "--out", str(tmp_path), "--part", "3"]) == 2
    assert "There is no part 3: there are 1." in capsys.readouterr().err


def test_a_phase_inside_another_counts_for_itself() -> None:
    phases = Phases()
    with phases.of("outer") as outer:
        outer.tokens += 3
        with phases.of("inner"):
            pass
    assert {name: len(seen["seconds"]) for name, seen in phases.as_json().items()} == {"outer": 1, "inner": 1}
    assert phases.as_json()["outer"] | {"seconds": []} == {
        "seconds": [],
        "tokens": 3,
        "before": None,
        "allocated": None,
        "reserved": None,
        "driver": None,
    }


def test_the_table_has_measured_counted_and_their_ratio() -> None:
    gpu = {"before": 1, "allocated": 5_000_000_000, "reserved": 1, "driver": 6_600_000_000}
    found = {
        "machine": {"card": "X", "driver": "1", "cuda": "13.0", "cpus": 4, "packages": {"torch": "2"}, "date": "d"},
        "checks": {
            "sft": {
                "counted": {"phases": {"training": {"tensors": 4e9, "held": 1e9}}, "overhead": 1e9, "seconds": 4.0},
                "phases": {"training": {"seconds": [1.0, 1.0], "tokens": 50, **gpu}},
                "progress": [[0.0, 0, "step"], [9.0, 1, "step"], [11.0, 2, "step"]],
            }
        },
    }
    lines = [" ".join(line.split()) for line in show(found).splitlines()]
    assert lines == [
        "X, driver 1, CUDA 13.0, 4 CPUs, torch 2, d",
        "measured counted ratio",
        "sft, training: GB of tensors 5.000 4.000 1.25",
        "sft, training: seconds a call 1.000",
        "sft, training: tokens a second 25.0",
        "sft: GB of the GPU 6.600 6.000 1.10",
        "sft: seconds a step 2.000 4.000 0.50",
    ]

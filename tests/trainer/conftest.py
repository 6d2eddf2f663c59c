"""A tiny dataset and a tiny model, made on the spot."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from reprise_trainer.job.events import Events
from reprise_trainer.job.job import Checkpointing, Job
from reprise_trainer.models.qwen2_vl.tiny import build_model
from reprise_trainer.rewards.functions import REWARDS

FRAMES = 8
SIZE = 28
# The kinds' folders, each with its schema.
ACTIVITIES = Path(__file__).parents[2] / "activities"
# A model on the hub whose dimensions preflight knows.
SEVEN = "Qwen/Qwen2-VL-7B-Instruct"
# Seconds that a child may take to end, on a busy machine too: only one that hangs takes longer.
PATIENCE = 600
COLOURS = {"red": (220, 40, 40), "blue": (40, 60, 220)}

SUPERVISED = {
    "split": "train",
    "prompt": "plain",
    "frames": FRAMES,
    "batch_size_per_device": 2,
    "gradient_accumulation_steps": 1,
    "epochs": 1,
    "learning_rate": 1e-3,
    "learning_rate_schedule": "cosine",
    "warmup_ratio": 0.1,
    "max_grad_norm": 0.3,
    "optimizer": "adamw",
    "weight_decay": 0.0,
    "logging_steps": 1,
}
LORA = {
    "lora_rank": 8,
    "lora_alpha": 8,
    "lora_dropout": 0.1,
    "lora_target_modules": ["q_proj", "k_proj", "v_proj", "o_proj"],
}
SFT = {**SUPERVISED, **LORA, "target": "letter", "quantization": "4-bit"}
GRPO = {
    **LORA,
    "trainable": "adapter",
    "sharding": "none",
    "split": "train",
    "prompt": "plain",
    "frames": FRAMES,
    "max_prompt_length": 4096,
    "learning_rate": 1e-3,
    "learning_rate_schedule": "linear",
    "gradient_accumulation_steps": 1,
    "beta": 0.1,
    "group_size": 4,
    "batch_size_per_device": 1,
    "batch_unit": "prompts",
    "steps_per_generation": 0,
    "num_iterations": 1,
    "save_only_model": False,
    "max_grad_norm": 1.0,
    "weight_decay": 0.0,
    "steps": 4,
    "epochs": 1,
    "max_completion_length": 4,
    "temperature": 1.0,
    "top_p": 1.0,
    "top_k": 0,
    "loss_type": "grpo",
    "scale_rewards": "group",
    "rewards": {"accuracy": 1.0, "format": 0.5},
    "logging_steps": 1,
}

EVAL = {"split": "eval", "prompt": "plain", "frames": FRAMES, "batch_size": 2, "max_completion_length": 4}


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight clips of one colour each, in the splits train and eval."""
    folder = tmp_path_factory.mktemp("dataset")
    (folder / "strips").mkdir()
    noise = random.Random(0)
    questions, frames = [], []
    for index in range(8):
        colour = ["red", "blue"][index % 2]
        name = f"clip-{index}"
        strip = Image.new("RGB", (SIZE, SIZE * FRAMES), COLOURS[colour])
        for _ in range(200):
            strip.putpixel(
                (noise.randrange(SIZE), noise.randrange(SIZE * FRAMES)),
                (noise.randrange(256),) * 3,
            )
        strip.save(folder / "strips" / f"{name}.png")
        frames.append({"video": f"videos/{name}.mp4", "strip": f"strips/{name}.png", "index": list(range(FRAMES))})
        letter = "AB"[index % 2]
        answer = f"<answer>{letter}</answer>"
        questions.append(
            {
                "id": name,
                "video": f"videos/{name}.mp4",
                "split": "train" if index < 6 else "eval",
                "task": "landmark",
                "way": "forward",
                "question": "On the way, which landmark?",
                "options": ["A: red", "B: blue"],
                "answer": letter,
                "targets": {
                    "letter": answer,
                    "reverse-thinking": f"<think>back: {colour}</think>{answer}",
                },
            }
        )
    for file, rows in (("questions.jsonl", questions), ("frames.jsonl", frames)):
        (folder / file).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


@pytest.fixture(scope="session")
def rows(dataset: Path) -> list[dict[str, Any]]:
    from reprise_trainer.data.dataset import read_rows

    return read_rows(dataset, "train", FRAMES)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]) -> Path:
    """A random tiny Qwen2-VL with its processor."""
    folder = tmp_path_factory.mktemp("base")
    build_model(folder, rows, hidden=64, layers=2, vocabulary=320, seed=0)
    return folder


def trainer_environment() -> dict[str, str]:
    """Environment of a trainer that runs as a child, as the engine would give it."""
    trainer = Path(__file__).parents[2] / "trainer"
    return {
        **os.environ,
        "PYTHONPATH": str(trainer),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
    }


def until(job: Job, text: str, child: subprocess.Popen[bytes]) -> None:
    """Wait until a job that runs as a child has written a text into its events."""
    for _ in range(20 * PATIENCE):
        if job.events.exists() and text in job.events.read_text():
            return
        assert child.poll() is None
        time.sleep(0.05)
    raise AssertionError(f"no {text!r} in the events")


@pytest.fixture(scope="session")
def host() -> Iterator[Any]:
    """What runs jobs in processes of their own; its libraries are loaded once."""
    from hosting import hosted

    with hosted() as began:
        yield began


def replies(job: Job) -> list[dict[str, Any]]:
    return [json.loads(line) for line in job.outputs["replies"].read_text().splitlines()]


def weights(folder: Path) -> str:
    files = sorted(folder.glob("*.safetensors"))
    assert files
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


class Step:
    """Runs one kind in this process, as the engine would."""

    def __init__(self, folder: Path, dataset: Path) -> None:
        self.folder = folder
        self.dataset = dataset

    def job(
        self,
        kind: str,
        params: dict[str, Any],
        inputs: dict[str, Path],
        outputs: list[str],
        **more: Any,
    ) -> Job:
        place = self.folder / more.pop("name", kind.replace("/", "-"))
        (place / "out").mkdir(parents=True, exist_ok=True)
        job = Job(
            kind=kind,
            params=params,
            inputs={
                "dataset": str(self.dataset),
                **{name: str(path) for name, path in inputs.items()},
            },
            outputs={name: place / "out" / name for name in outputs},
            events=place / "events.jsonl",
            result=place / "result.json",
            checkpoints=Checkpointing(
                place / "checkpoints",
                every_steps=1000,
                every_seconds=None,
                keep=2,
                key="k",
                fields={},
                inexact=[],
                resume=None,
            ),
            seed=0,
            threads=1,
            beside=False,
        )
        checkpoints = replace(job.checkpoints, **more)
        return replace(job, checkpoints=checkpoints)

    @staticmethod
    def run(module: Any, job: Job) -> dict[str, Any]:
        return module.run(job, Events(job.events))

    @staticmethod
    def events(job: Job, event: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in job.events.read_text().splitlines()]
        return [line for line in lines if line["event"] == event]


@pytest.fixture
def step(tmp_path: Path, dataset: Path) -> Step:
    return Step(tmp_path, dataset)


@pytest.fixture
def varied_rewards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A random model never answers right: a reward that differs between its replies makes it move."""

    def accuracy_reward(completions: list[Any], **_: Any) -> list[float | None]:
        return [len(completion[0]["content"]) % 3 / 2 for completion in completions]

    monkeypatch.setitem(REWARDS, "accuracy", accuracy_reward)

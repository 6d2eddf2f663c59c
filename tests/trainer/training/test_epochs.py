"""Rows and optimizer steps of an epoch, against the samplers and data loaders of TRL, transformers and accelerate.

`tests/tables/epochs.json` has what they gave; the lint is held to the same table. UPDATE_TABLES=1 writes it anew.
"""

import itertools
import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from accelerate.data_loader import prepare_data_loader
from conftest import GRPO, SFT, Step
from reprise_trainer.job.errors import StepError
from reprise_trainer.job.events import Events
from reprise_trainer.kinds import train_grpo, train_sft
from reprise_trainer.preflight.on_gpus import as_on_gpus
from reprise_trainer.preflight.stages import Asked
from reprise_trainer.training import epochs
from reprise_trainer.training.supervised import sft_config
from trl import GRPOTrainer, SFTTrainer

TABLE = Path(__file__).parents[2] / "tables" / "epochs.json"
PARAMS = [
    "batch_unit",
    "batch_size_per_device",
    "group_size",
    "gradient_accumulation_steps",
    "steps_per_generation",
    "num_iterations",
    "epochs",
]
COLUMNS = ["kind", "rows", "processes", *PARAMS, "epoch", "total", "left_out", "repeated"]
Case = dict[str, Any]


def grid() -> list[Case]:
    """Settings that TRL accepts, from one row to more than a few generations."""
    supervised = [
        {"kind": "train/sft", "rows": rows, "processes": processes, "params": {**given, "epochs": 3}}
        for rows, processes in itertools.product([1, 5, 7, 8, 630], [1, 2, 4])
        for given in (
            {"batch_size_per_device": batch, "gradient_accumulation_steps": accumulated}
            for batch, accumulated in ((1, 1), (2, 3), (3, 4), (1, 64))
        )
    ]
    rollouts = []
    for rows, processes, (unit, batch, group), accumulated, batches, updates in itertools.product(
        [1, 3, 6, 13, 630],
        [1, 3, 4],
        [("prompts", 1, 8), ("prompts", 2, 3), ("completions", 3, 6)],
        [1, 4],
        [0, 3],
        [1, 2],
    ):
        per = batch * (group if unit == "prompts" else 1)
        if per * processes * (batches or accumulated) % group == 0:
            params = {
                "batch_unit": unit,
                "batch_size_per_device": batch,
                "group_size": group,
                "gradient_accumulation_steps": accumulated,
                "steps_per_generation": batches,
                "num_iterations": updates,
                "epochs": 2,
            }
            rollouts.append({"kind": "train/grpo", "rows": rows, "processes": processes, "params": params})
    return supervised + rollouts


def config_of(case: Case) -> Any:
    """The trainers' own configuration, as in so many processes."""
    all_params = {**(GRPO if case["kind"] == "train/grpo" else SFT), **case["params"], "steps": 0}
    job = Asked("s", case["kind"], all_params, processes=case["processes"], model="m", frames=8, frame=(28, 28)).job()
    return train_grpo.grpo_config(job, []) if case["kind"] == "train/grpo" else sft_config(job, "none")


def trainer_of(case: Case, args: Any, process: int) -> Any:
    """A trainer of TRL's without a model: enough for its own sampler, loader and arithmetic."""
    cls: Any = GRPOTrainer if case["kind"] == "train/grpo" else SFTTrainer
    trainer = object.__new__(cls)
    trainer.__dict__ |= {
        "args": args,
        "train_dataset": [{"number": number} for number in range(case["rows"])],
        "_train_batch_size": args.per_device_train_batch_size,
        "data_collator": lambda rows: rows,
        "_get_collator_with_removed_columns": lambda collator, description: collator,
        "num_generations": getattr(args, "num_generations", None),
        "num_iterations": getattr(args, "num_iterations", None),
        "shuffle_dataset": True,
        "get_sp_size": lambda: 1,
        "get_total_train_batch_size": lambda _: 1,
        "accelerator": SimpleNamespace(
            prepare=lambda loader: prepare_data_loader(
                loader, torch.device("cpu"), case["processes"], process, put_on_device=False
            )
        ),
    }
    return trainer


def as_trl(case: Case) -> Case:
    """Steps of an epoch and of the training, rows left out and rows taken twice, by what really comes out of TRL."""
    with as_on_gpus(case["processes"]):
        args = config_of(case)
        taken: list[int] = []
        for process in range(case["processes"]):
            trainer = trainer_of(case, args, process)
            # Accelerate gives all processes one order.
            torch.manual_seed(0)
            loader = trainer.get_train_dataloader()
            batches = list(loader.batch_sampler)
            assert len(batches) == len(loader)
            taken += itertools.chain.from_iterable(batches)
        try:
            _, per_epoch, *_, total = trainer.set_initial_training_values(args, loader)
        except ValueError:
            per_epoch = total = 0
    repeats = getattr(args, "num_generations", 1) * getattr(args, "num_iterations", 1)
    repeats *= getattr(args, "steps_per_generation", 1)
    left_out = case["rows"] - len(set(taken))
    # Of a reinforcement every row comes once for each completion, update and batch of its generation.
    repeated = len(taken) - len(set(taken)) if case["kind"] == "train/sft" else 0
    if case["kind"] == "train/grpo":
        assert len(taken) == len(set(taken)) * repeats
    return {"epoch": per_epoch, "total": total, "left_out": left_out, "repeated": repeated}


def flat(case: Case) -> list[Any]:
    """A case as a line of the table."""
    whole = {**case, **case["params"]}
    return [whole.get(name) for name in COLUMNS]


def table() -> list[Case]:
    """The cases of the table, as `grid` and `as_trl` make them."""
    read = json.loads(TABLE.read_text(encoding="utf-8"))
    assert read["columns"] == COLUMNS
    named = [dict(zip(COLUMNS, row, strict=True)) for row in read["rows"]]
    return [{**row, "params": {name: row[name] for name in PARAMS if row[name] is not None}} for row in named]


def test_the_table_is_what_trl_gives() -> None:
    rows = [flat({**case, **as_trl(case)}) for case in grid()]
    if os.environ.get("UPDATE_TABLES") == "1":
        lines = ",\n".join(f"    {json.dumps(row)}" for row in rows)
        TABLE.write_text(f'{{\n  "columns": {json.dumps(COLUMNS)},\n  "rows": [\n{lines}\n  ]\n}}\n', encoding="utf-8")
    assert [flat(case) for case in table()] == rows
    assert len(rows) > 200
    # TRL refuses too few rows; it never trains on none.
    assert {row[-3] for row in rows if row[0] == "train/grpo" and row[1] == 1} == {0, 2, 4}


def test_the_trainers_count_as_the_table() -> None:
    for case in table():
        with as_on_gpus(case["processes"]):
            args = config_of(case)
            count = epochs.rollout_epoch if case["kind"] == "train/grpo" else epochs.supervised_epoch
            counted = count(args, case["rows"])
        assert (counted.steps, counted.left_out, counted.repeated) == (
            case["epoch"],
            case["left_out"],
            case["repeated"],
        )


def said(step: Step, job: Any) -> list[str]:
    return [event["text"] for event in step.events(job, "message")]


@pytest.mark.usefixtures("varied_rewards")
@pytest.mark.parametrize(
    ("given", "steps", "sentence"),
    [
        (
            {"batch_size_per_device": 4, "steps": 0},
            1,
            "6 rows: a generation takes 4 prompts (16 completions per device x 1 process x 1 batch / group of 4); "
            "1 optimizer step; 2 rows of an epoch fill no generation and are dropped by TRL: they are never trained on",
        ),
        (
            {"gradient_accumulation_steps": 4, "steps": 3},
            3,
            "6 rows: a generation takes 4 prompts (4 completions per device x 1 process x 4 batches / group of 4); "
            "3 optimizer steps, 1 an epoch; 2 rows of an epoch fill no generation and are dropped by TRL: other ones "
            "in each epoch",
        ),
        (
            {"steps": 0},
            6,
            "6 rows: a generation takes 1 prompt (4 completions per device x 1 process x 1 batch / group of 4); "
            "6 optimizer steps",
        ),
    ],
    ids=["left over once", "left over in each epoch", "nothing left over"],
)
def test_a_reinforcement_says_how_its_rows_are_taken(
    step: Step, base: Path, given: Case, steps: int, sentence: str
) -> None:
    job = step.job("train/grpo", {**GRPO, **given}, {"model": base}, ["model"])
    assert step.run(train_grpo, job)["steps"] == steps
    assert said(step, job)[0] == sentence


@pytest.mark.parametrize("given", [{"batch_size_per_device": 16}, {"gradient_accumulation_steps": 7, "steps": 3}])
def test_too_few_rows_are_said_before_the_model_is_loaded(
    step: Step, base: Path, given: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_grpo, "GRPOTrainer", None)
    job = step.job("train/grpo", {**GRPO, **given}, {"model": base}, ["model"])
    with pytest.raises(StepError, match=r"would make no step: a generation takes \d+ prompts .* the split has 6 rows"):
        step.run(train_grpo, job)


def test_a_supervised_training_says_what_its_last_step_takes(step: Step, base: Path) -> None:
    job = step.job("train/sft", {**SFT, "gradient_accumulation_steps": 2, "epochs": 2}, {"model": base}, ["adapter"])
    step.run(train_sft, job)
    assert said(step, job)[0] == "6 rows: 4 optimizer steps, 2 an epoch of 4 rows, the last one of an epoch of 2"


def test_an_accumulation_larger_than_the_data_is_one_step_of_all_rows(step: Step, base: Path) -> None:
    job = step.job("train/sft", {**SFT, "gradient_accumulation_steps": 32}, {"model": base}, ["adapter"])
    assert step.run(train_sft, job)["steps"] == 1
    assert said(step, job)[0] == "6 rows: 1 optimizer step of 64 rows, the last one of an epoch of 6"


def test_rows_that_fill_up_the_processes_batches_are_told(tmp_path: Path) -> None:
    case = {"kind": "train/sft", "rows": 7, "processes": 4, "params": {"batch_size_per_device": 2}}
    events = Events(tmp_path / "events.jsonl")
    with as_on_gpus(4):
        epochs.tell_supervised(config_of(case), 7, events)
    text = (tmp_path / "events.jsonl").read_text()
    assert "7 rows: 1 optimizer step of 8 rows; 1 row from the epoch's beginning fills up the last batches" in text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"group_size": 1}, "at least 2 generations per prompt"),
        ({"batch_unit": "completions", "batch_size_per_device": 3}, r"generation_batch_size \(3\) must be divisible"),
    ],
)
def test_groups_that_trl_refuses_are_said_before_the_model_is_loaded(
    step: Step, base: Path, given: Case, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_grpo, "GRPOTrainer", None)
    job = step.job("train/grpo", {**GRPO, **given}, {"model": base}, ["model"])
    with pytest.raises(StepError, match=f"TRL refuses the settings: .*{said}"):
        step.run(train_grpo, job)

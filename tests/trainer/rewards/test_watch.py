"""Rewards that teach nothing for many steps."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import GRPO, Step
from reprise_trainer.job.errors import StepError
from reprise_trainer.job.job import Job
from reprise_trainer.kinds import train_grpo
from reprise_trainer.rewards import watch as reward_watch
from reprise_trainer.rewards.functions import REWARDS
from reprise_trainer.rewards.watch import FILE

SCHEMA = Path(__file__).parents[3] / "schemas" / "kinds" / "train-grpo.schema.json"
# Longer than the six rows of the data.
LONG = {**GRPO, "steps": 8, "logging_steps": 100}


class Script:
    """Rewards of a script: for each generation the value of all completions, or None for values that differ."""

    def __init__(self, values: list[float | None]) -> None:
        self.values = values
        self.calls = 0

    def __call__(self, completions: list[Any], **_: Any) -> list[float | None]:
        value = self.values[min(self.calls, len(self.values) - 1)]
        self.calls += 1
        return [float(number % 2) if value is None else value for number in range(len(completions))]


def scripted(monkeypatch: pytest.MonkeyPatch, *values: float | None) -> None:
    script = Script(list(values))

    def accuracy_reward(completions: list[Any], **more: Any) -> list[float | None]:
        return script(completions, **more)

    monkeypatch.setitem(REWARDS, "accuracy", accuracy_reward)


def grpo(step: Step, base: Path, **given: Any) -> Job:
    more = {name: given.pop(name) for name in ("name", "every_steps", "resume", "keep") if name in given}
    return step.job("train/grpo", {**LONG, "rewards": {"accuracy": 1.0}, **given}, {"model": base}, ["model"], **more)


def messages(step: Step, job: Job) -> list[str]:
    return [event["text"] for event in step.events(job, "message") if "rows:" not in event["text"]]


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_equal_rewards_stop_the_step_with_what_to_look_at(
    step: Step, base: Path, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    scripted(monkeypatch, value)
    job = grpo(step, base, equal_rewards_patience=5)
    with pytest.raises(StepError) as caught:
        step.run(train_grpo, job)
    assert caught.value.code == "gate"
    said = str(caught.value)
    assert said.startswith("In the last 5 optimizer steps the rewards of every group were equal")
    assert f"accuracy {value:g} on average" in said
    assert "The last completion is '" in said
    assert "'prompt' asks for what 'rewards' reward" in said
    assert messages(step, job) == [
        "the rewards of every group were equal in the last 3 steps; after 5 the step stops",
    ]
    assert max(event["done"] for event in step.events(job, "progress")) == 5


@pytest.mark.parametrize("patience", [None, 0])
def test_null_never_stops_it_and_the_end_says_that_nothing_was_learnt(
    step: Step, base: Path, monkeypatch: pytest.MonkeyPatch, patience: int | None
) -> None:
    scripted(monkeypatch, 0.0)
    job = grpo(step, base, equal_rewards_patience=patience)
    metrics = step.run(train_grpo, job)
    assert (metrics["steps"], metrics["equal_rewards_steps"]) == (8, 8)
    assert messages(step, job) == [
        "in none of the 8 steps did the rewards of a group differ (the last ones: accuracy 0 on average): nothing was "
        "learnt from them"
    ]


def test_one_group_that_differs_begins_the_count_anew(step: Step, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, 0.0, 0.0, 0.0, None, 0.0, 0.0, 0.0, None)
    job = grpo(step, base, equal_rewards_patience=4)
    assert step.run(train_grpo, job)["equal_rewards_steps"] == 6
    [seen] = [event["seen"] for event in step.events(job, "gate") if event["name"] == "rewards-differ"]
    assert seen == "after step 3, in 1 of 1 groups: 0 to 1"


def test_a_policy_that_collapses_later_is_stopped_too(step: Step, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, None, 0.0)
    with pytest.raises(StepError, match="In the last 4 optimizer steps"):
        step.run(train_grpo, grpo(step, base, equal_rewards_patience=4))


def test_a_policy_that_has_learnt_all_is_not_stopped(step: Step, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, None, 1.0)
    job = grpo(step, base, equal_rewards_patience=4)
    assert step.run(train_grpo, job)["steps"] == 8
    assert messages(step, job) == ["every completion earned the full reward in step 2"]


@pytest.mark.parametrize(
    ("given", "values"),
    [
        # A generation serves two steps.
        ({"num_iterations": 2}, (0.0,)),
        # Four generations serve one step; in one of the first step's the rewards differ.
        ({"gradient_accumulation_steps": 4, "steps_per_generation": 1}, (0.0, None, 0.0)),
    ],
)
def test_steps_are_counted_and_not_generations(
    step: Step, base: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], values: tuple[float | None, ...]
) -> None:
    scripted(monkeypatch, *values)
    job = grpo(step, base, equal_rewards_patience=3, **given)
    with pytest.raises(StepError, match="In the last 3 optimizer steps"):
        step.run(train_grpo, job)
    assert max(event["done"] for event in step.events(job, "progress")) == (3 if None not in values else 4)


def test_a_resumed_training_counts_on(step: Step, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, None, 0.0)
    whole = grpo(step, base, name="whole", every_steps=4, equal_rewards_patience=None)
    step.run(train_grpo, whole)
    checkpoint = whole.checkpoints.directory / "checkpoint-4"
    assert json.loads((checkpoint / FILE).read_text()) == {"row": 3, "steps": 3, "differed": True}
    scripted(monkeypatch, 0.0)
    again = grpo(step, base, name="again", equal_rewards_patience=5, resume=checkpoint)
    with pytest.raises(StepError, match="In the last 5 optimizer steps"):
        step.run(train_grpo, again)
    assert max(event["done"] for event in step.events(again, "progress")) == 6
    # As far as it went before: nothing is told twice.
    assert not [event for event in step.events(again, "gate") if event["name"] == "rewards-differ"]


def test_a_short_training_survives_the_default_which_is_the_schemas(
    step: Step, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    default = json.loads(SCHEMA.read_text())["properties"]["equal_rewards_patience"]["default"]
    assert default == reward_watch.PATIENCE
    scripted(monkeypatch, 0.0)
    assert step.run(train_grpo, grpo(step, base))["steps"] == 8

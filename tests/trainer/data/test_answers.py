import json
from pathlib import Path
from typing import Any

import pytest
from reprise_trainer.data.answers import tagged_letter, well_formed
from reprise_trainer.rewards.functions import accuracy_reward, format_reward

TABLES = Path(__file__).parents[2] / "tables"


def table(name: str, rows: str) -> list[Any]:
    groups = json.loads((TABLES / name).read_text(encoding="utf-8"))
    return [(group["options"], *row) for group in groups for row in group[rows]]


@pytest.mark.parametrize(("options", "reply", "letter", "rule"), table("replies.json", "replies"))
def test_what_the_engine_reads_in_a_tag_as_asked_for_is_rewarded_and_nothing_else(
    options: list[str], reply: str, letter: str | None, rule: str | None
) -> None:
    assert tagged_letter(reply, options) == (letter if rule == "tag" else None)


@pytest.mark.parametrize(("options", "text", "accuracy", "form"), table("completions.json", "completions"))
def test_rewards_where_b_is_right(options: list[str], text: str, accuracy: int, form: int) -> None:
    completions = [[{"role": "assistant", "content": text}]]
    assert accuracy_reward(completions, ["B"], [options]) == [accuracy]
    assert format_reward(completions) == [form]


def test_the_table_of_completions_is_long_enough() -> None:
    rows = table("completions.json", "completions")
    assert len({(*options, text) for options, text, *_ in rows}) == len(rows) >= 100


def test_a_letter_is_one_of_the_rows_own() -> None:
    options = ["A. turn left", "B. turn right", "C. go straight", "D. turn around"]
    assert tagged_letter("<answer>D</answer>", options) == "D"
    assert tagged_letter("<answer>D</answer>", options[:3]) is None
    assert well_formed("<answer>D</answer>")

import json
from pathlib import Path

import pytest
from reprise_trainer.answers import letter_of, tagged_letter, well_formed
from reprise_trainer.rewards import accuracy_reward, format_reward

TABLE = json.loads((Path(__file__).parents[1] / "tables" / "letters.json").read_text())
OPTIONS = ["A. turn left", "B. turn right", "C. go straight", "D. turn around"]

# Completion, accuracy where B is right, format.
COMPLETIONS: list[tuple[str, int, int]] = [
    ("<answer>B</answer>", 1, 1),
    (" <answer> B </answer>\n", 1, 1),
    ("<think>back: left right</think><answer>B</answer>", 1, 1),
    ("<think>line one\nline two</think>\n<answer>B</answer>", 1, 1),
    ("<think></think><answer>B</answer>", 1, 1),
    ("<think>1 < 2</think><answer>B</answer>", 1, 1),
    ("<answer>A</answer>", 0, 1),
    ("<answer>C</answer>", 0, 1),
    ("<answer>Z</answer>", 0, 1),
    ("<think>it is B</think><answer>A</answer>", 0, 1),
    ("<answer>(B)</answer>", 1, 0),
    ("<answer>B.</answer>", 1, 0),
    ("<answer>Option B</answer>", 1, 0),
    ("<answer>**B**</answer>", 1, 0),
    ("<answer>B. turn right</answer>", 1, 0),
    ("<answer>B) Turn right.</answer>", 1, 0),
    ("<answer>turn right</answer>", 1, 0),
    ("The walker turns. <answer>B</answer>", 1, 0),
    ("<answer>B</answer> because it turns", 1, 0),
    ("<answer>B</answer><answer>B</answer>", 1, 0),
    ("left</think><answer>B</answer>", 1, 0),
    ("<think><answer>A</answer></think><answer>B</answer>", 1, 0),
    ("<think>x</think><think>y</think><answer>B</answer>", 1, 0),
    ("<think>x<think>y</think><answer>B</answer>", 1, 0),
    # A tag that is quoted while thinking is no answer.
    ("<think><answer>B</answer></think><answer>A</answer>", 0, 0),
    ("<think><answer>B</answer></think>", 0, 0),
    ("<think>so <answer>B</answer>", 0, 0),
    # Only the first character is right.
    ("<answer>Because it turns right</answer>", 0, 0),
    ("<answer>B or C</answer>", 0, 0),
    ("<answer>B, C</answer>", 0, 0),
    ("<answer>B or A or C or D</answer>", 0, 0),
    ("<answer>BC</answer>", 0, 0),
    ("<answer>B. turn left</answer>", 0, 0),
    ("<answer>Both</answer>", 0, 0),
    ("<answer>Back</answer>", 0, 0),
    ("<answer>B?</answer>", 0, 0),
    ("<answer>b</answer>", 0, 0),
    ("<answer>(b)</answer>", 0, 0),
    ("<answer></answer>", 0, 0),
    ("<answer> </answer>", 0, 0),
    ("<answer>\n</answer>", 0, 0),
    ("<answer>not B</answer>", 0, 0),
    ("<answer>5</answer>", 0, 0),
    ("<answer>turn</answer>", 0, 0),
    ("<answer>A</answer><answer>B</answer>", 0, 0),
    ("<answer>B</answer><answer>A</answer>", 0, 0),
    ("<answer>A</answer> or B", 0, 0),
    # No tag, or half of one.
    ("B", 0, 0),
    ("B.", 0, 0),
    ("(B)", 0, 0),
    ("Answer: B", 0, 0),
    ("The answer is B.", 0, 0),
    ("<answer>B", 0, 0),
    ("B</answer>", 0, 0),
    ("<Answer>B</Answer>", 0, 0),
    ("<answer >B</answer>", 0, 0),
    ("[answer]B[/answer]", 0, 0),
    ("answer>B</answer>", 0, 0),
    ("<think>B</think>", 0, 0),
    ("<think>B", 0, 0),
    ("</answer>B<answer>", 0, 0),
    ("turn right", 0, 0),
    ("", 0, 0),
    (" ", 0, 0),
]


@pytest.mark.parametrize(("text", "letter"), TABLE["cases"])
def test_a_short_text_stands_for_a_letter(text: str, letter: str | None) -> None:
    assert letter_of(text, TABLE["options"]) == letter


def test_the_table_of_completions_is_long_enough() -> None:
    assert len({text for text, *_ in COMPLETIONS}) == len(COMPLETIONS) >= 60


@pytest.mark.parametrize(("text", "accuracy", "form"), COMPLETIONS)
def test_rewards(text: str, accuracy: int, form: int) -> None:
    completions = [[{"role": "assistant", "content": text}]]
    assert accuracy_reward(completions, ["B"], [OPTIONS]) == [accuracy]
    assert format_reward(completions) == [form]


def test_a_letter_is_one_of_the_rows_own() -> None:
    assert tagged_letter("<answer>D</answer>", OPTIONS) == "D"
    assert tagged_letter("<answer>D</answer>", OPTIONS[:3]) is None
    assert well_formed("<answer>D</answer>")

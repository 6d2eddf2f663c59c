import pytest
from reprise_trainer.answers import parse_answer
from reprise_trainer.rewards import accuracy_reward, format_reward


@pytest.mark.parametrize(
    ("reply", "letter"),
    [
        ("<answer>A</answer>", "A"),
        (" <answer> C </answer>\n", "C"),
        ("<think>back: left right</think><answer>D</answer>", "D"),
        ("<think>line one\nline two</think>\n<answer>B</answer>", "B"),
        ("<think></think><answer>B</answer>", "B"),
        ("<think>1 < 2</think><answer>B</answer>", "B"),
        ("A", None),
        ("Answer: C", None),
        ("Direction B", None),
        ("<answer>AB</answer>", None),
        ("<answer>a</answer>", None),
        ("<answer></answer>", None),
        ("<answer>A", None),
        ("<answer>A</answer><answer>B</answer>", None),
        ("<answer>A</answer> or B", None),
        ("so <answer>A</answer>", None),
        ("<think>x</think>", None),
        ("<think>x<answer>A</answer>", None),
        ("<think>x<think>y</think><answer>A</answer>", None),
        ("<think><answer>A</answer></think><answer>B</answer>", None),
        ("", None),
    ],
)
def test_only_a_well_formed_answer_is_read(reply: str, letter: str | None) -> None:
    assert parse_answer(reply) == letter


def test_rewards_count_the_gold_letter_and_the_form() -> None:
    replies = [[{"role": "assistant", "content": text}] for text in ("<answer>A</answer>", "<answer>B</answer>", "A")]
    assert accuracy_reward(replies, ["A", "A", "A"]) == [1.0, 0.0, 0.0]
    assert format_reward(replies) == [1.0, 1.0, 0.0]

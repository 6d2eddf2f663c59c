import pytest
from reprise_trainer.scores import score, wilson


# Checked against the formula's values in E. B. Wilson's form, e.g. 0 of 10 gives (0, 0.2775).
@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [(0, 10, 0.0, 0.27753), (10, 10, 0.72247, 1.0), (425, 480, 0.85381, 0.91090)],
)
def test_wilson(hits: int, trials: int, low: float, high: float) -> None:
    assert wilson(hits, trials) == pytest.approx((low, high), abs=1e-5)


def prediction(status: str, gold: str = "A", options: int = 4) -> dict:
    return {
        "status": status,
        "gold": gold,
        "options": options,
        "task": "direction",
        "way": "forward",
    }


def test_unparsed_replies_stay_in_the_denominator() -> None:
    metrics = score(
        [
            prediction("correct"),
            prediction("unparsed"),
            prediction("wrong"),
            prediction("error", "B"),
        ]
    )
    assert metrics["accuracy"] == 0.25
    assert (
        metrics["correct"],
        metrics["wrong"],
        metrics["unparsed"],
        metrics["error"],
    ) == (1, 1, 1, 1)
    assert metrics["accuracy[direction/forward]"] == 0.25


def test_baselines_stand_beside_the_score() -> None:
    metrics = score(
        [
            prediction("wrong", "A", 2),
            prediction("wrong", "A", 4),
            prediction("wrong", "B", 4),
        ]
    )
    assert metrics["chance"] == pytest.approx((1 / 2 + 1 / 4 + 1 / 4) / 3)
    assert metrics["majority"] == pytest.approx(2 / 3)

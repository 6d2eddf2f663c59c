"""Rows as the trainers read them."""

from pathlib import Path

import pytest
from PIL import Image
from reprise_trainer.data.dataset import as_dataset, trainable
from reprise_trainer.job.errors import StepError
from reprise_trainer.job.events import Events


def test_a_strip_is_decoded_once_for_all_completions_of_its_prompt(tmp_path: Path) -> None:
    places = [tmp_path / f"{number}.png" for number in range(2)]
    for number, place in enumerate(places):
        Image.new("RGB", (28, 56), (number, 2, 3)).save(place)
    records = as_dataset([{"images": [str(place)], "solution": "A"} for place in places])
    first = records[0]["images"][0]
    # As TRL's sampler asks for them: each row once for every completion, and again for every accumulated batch.
    read = [image for images in records[[0, 0, 1, 0]]["images"] for image in images]
    assert [image is first for image in read] == [True, True, False, True]
    assert [image.getpixel((0, 0)) for image in read] == [(0, 2, 3), (0, 2, 3), (1, 2, 3), (0, 2, 3)]
    assert records.column_names == ["images", "solution"]


def test_rows_without_a_gold_letter_are_counted(tmp_path: Path) -> None:
    events = Events(tmp_path / "events.jsonl")
    rows = [{"id": "a", "answer": "A"}, {"id": "b", "answer": None}, {"id": "c", "answer": "B"}]
    assert [row["id"] for row in trainable(rows, events)] == ["a", "c"]
    assert "1 of 3 rows have no gold letter and are left out" in (tmp_path / "events.jsonl").read_text()
    with pytest.raises(StepError, match="None of the 1 rows of the split has a gold letter"):
        trainable(rows[1:2], events)

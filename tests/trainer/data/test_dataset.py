"""Rows as the trainers read them."""

import json
from pathlib import Path

import pytest
from PIL import Image
from reprise_trainer.data.dataset import answerable, as_dataset, read_rows, supervised_records, trainable
from reprise_trainer.data.prompts import prompt_text
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


@pytest.mark.parametrize(
    ("clips", "said"),
    [
        (True, "questions.jsonl:2: the key 'video' is missing: .* in 2 of 3 rows of the split 'train'"),
        (False, "questions.jsonl:1: it is about a 'video', which a model of this family cannot see. See"),
    ],
)
def test_a_row_is_about_a_clip_where_the_model_takes_clips_and_nowhere_else(
    tmp_path: Path, clips: bool, said: str
) -> None:
    rows = [{"video": "1.mp4"}, {}, {}, {"split": "eval"}]
    lines = [json.dumps({"split": "train", "id": str(number), **row}) for number, row in enumerate(rows)]
    (tmp_path / "questions.jsonl").write_text("\n".join(lines))
    with pytest.raises(StepError, match=said):
        read_rows(tmp_path, "train", 8, clips=clips)


def test_a_row_without_a_clip_needs_neither_frames_nor_options_nor_an_answer(tmp_path: Path) -> None:
    row = {"id": "a", "split": "train", "question": "why?", "targets": {"letter": "so"}}
    (tmp_path / "questions.jsonl").write_text(json.dumps(row))
    rows = read_rows(tmp_path, "train", 8, clips=False)
    assert rows == [row]
    assert answerable(rows) == []
    assert prompt_text(rows[0], "tags") == "why?"
    records = supervised_records(rows, "letter", "plain")
    assert list(as_dataset(records)[0]) == ["prompt", "completion"]

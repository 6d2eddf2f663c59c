"""Filmstrips that are kept: the last ones, within a bound."""

import copy
from pathlib import Path

import pytest
from PIL import Image
from reprise_trainer.data import strips
from reprise_trainer.job.errors import StepError


def test_what_was_asked_for_last_is_kept_within_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strips, "MOST_BYTES", 3 * 4 * 4 * 4)
    monkeypatch.setattr(strips, "MOST_LARGE", 2)
    for number in range(5):
        Image.new("RGB", (4, 4), (number, 0, 0)).save(tmp_path / f"{number}.png")
    Image.new("RGB", (40, 4)).save(tmp_path / "large.png")
    kept = strips.Kept()

    def get(name: object) -> Image.Image:
        return kept.get(str(tmp_path / f"{name}.png"))

    first = [get(number) for number in range(3)]
    assert get(0) is first[0]
    get(3)
    assert [get(0) is first[0], get(2) is first[2]] == [True, True]
    assert get(1) is not first[1]
    # One that is larger than all of the bound leaves room for another one.
    large = get("large")
    assert [get(1).getpixel((0, 0)), get("large") is large] == [(1, 0, 0), True]
    get(4)
    assert get("large") is large


def test_a_file_that_is_no_picture_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "odd.png").write_bytes(b"\x89PNG")
    with pytest.raises(StepError, match=r"The filmstrip 'odd.png' cannot be read"):
        strips.read_strip(str(tmp_path / "odd.png"))


def test_a_copy_of_a_strip_is_itself_and_a_changed_one_another(tmp_path: Path) -> None:
    picture = Image.new("RGB", (4, 4), (1, 2, 3))
    picture.save(tmp_path / "strip.png")
    strip = strips.read_strip(str(tmp_path / "strip.png"))
    rows = copy.deepcopy([{"image": strip}, {"image": strip}])
    assert all(row["image"] is strip for row in rows)
    assert strip.tobytes() == picture.tobytes()
    assert strip.convert("RGB") is not strip

"""Which of several streams is the film."""

from pathlib import Path

import pytest
from films import VP9, X264, ffmpeg, frames_of, make, spread


@pytest.fixture
def parts(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A cover, a small film of numbers from 200 on, and the film."""
    cover = tmp_path / "cover.png"
    ffmpeg("-f", "lavfi", "-i", "color=c=blue:s=600x600", "-frames:v", 1, cover)
    small = make(tmp_path / "small.mkv", 60, *X264, size=(32, 32), start=200)
    return cover, small, make(tmp_path / "film.mkv", 60, *X264)


def joined(target: Path, first: Path, second: Path, *marks: str) -> Path:
    ffmpeg("-i", first, "-i", second, "-map", "0:v", "-map", "1:v", "-c", "copy", *dispositions(marks), target)
    return target


def dispositions(marks: tuple[str, ...]) -> list[str]:
    return [word for at, mark in enumerate(marks) for word in (f"-disposition:v:{at}", mark)]


@pytest.mark.parametrize("marks", [("attached_pic", "default"), ("0", "0"), ("default", "default"), ("default", "0")])
def test_a_cover_picture_is_no_film(tmp_path: Path, parts: tuple[Path, Path, Path], marks: tuple[str, str]) -> None:
    cover, _, film = parts
    line, numbers = frames_of(joined(tmp_path / "a.mkv", cover, film, *marks))
    assert (line["total"], numbers, line["notes"]) == (60, spread(60), [])


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4"])
def test_of_several_films_the_default_one_is_taken_and_named(
    tmp_path: Path, parts: tuple[Path, Path, Path], name: str
) -> None:
    _, small, film = parts
    line, numbers = frames_of(joined(tmp_path / name, small, film, "0", "default"))
    assert numbers == spread(60)
    assert line["notes"] == [
        "it has 2 video streams (0 of 32x32 with 60 frames, 1 of 64x64 with 60 frames (default)): 1 is taken"
    ]
    line, numbers = frames_of(joined(tmp_path / f"other-{name}", small, film, "default", "0"))
    assert numbers == [200 + at for at in spread(60)]
    assert line["notes"][0].endswith("0 is taken")


def test_where_none_is_the_default_the_largest_is_taken(tmp_path: Path, parts: tuple[Path, Path, Path]) -> None:
    _, small, film = parts
    for name in ("a.mkv", "a.ts"):
        line, numbers = frames_of(joined(tmp_path / name, small, film, "0", "0"))
        assert numbers == spread(60)
        assert line["notes"][0].endswith("1 is taken")


def test_sound_before_the_film_and_later_than_it(tmp_path: Path) -> None:
    film = make(tmp_path / "film.mkv", 90, *X264)
    sound = ("-f", "lavfi", "-i", "sine=d=4")
    ffmpeg(*sound, "-i", film, "-map", 0, "-map", 1, "-c:v", "copy", "-c:a", "aac", tmp_path / "a.mp4")
    assert frames_of(tmp_path / "a.mp4")[1] == spread(90)
    ffmpeg(*sound, "-itsoffset", 2.3, "-i", film, "-map", 0, "-map", 1, "-c:v", "copy", tmp_path / "late.mkv")
    line, numbers = frames_of(tmp_path / "late.mkv")
    assert (numbers, line["pts"][0]) == (spread(90), 2.3)


def test_warnings_are_counted_and_the_first_is_told(tmp_path: Path) -> None:
    whole = make(tmp_path / "whole.ts", 120, *X264, "-x264-params", "open-gop=1:keyint=25:bframes=3:b-adapt=0")
    data = whole.read_bytes()
    (tmp_path / "part.ts").write_bytes(data[len(data) // 188 // 4 * 188 :])
    line, _ = frames_of(tmp_path / "part.ts")
    assert line["warnings"] > 0
    assert line["notes"][0] == "2 packets before its first frame cannot be decoded"
    assert line["notes"][1].startswith("FFmpeg warned ")
    assert frames_of(make(tmp_path / "quiet.webm", 30, *VP9))[0]["warnings"] == 0

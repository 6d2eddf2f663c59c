"""The pixels of a strip: those of the ffmpeg command, another version of the same libraries, with the same filter."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from films import FFMPEG, VP9, X264, X265, ffmpeg, frames_of
from PIL import Image

SCALE = "scale=w={}:h={}:flags=bicubic+accurate_rnd+full_chroma_int+bitexact,format=rgb24"


def moving(path: Path, size: str, *args: str) -> Path:
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25:duration=2", *args, path)
    return path


def by_command(path: Path, index: list[int], width: int, height: int) -> np.ndarray:
    chosen = "+".join(f"eq(n\\,{number})" for number in index)
    filters = f"select='{chosen}',{SCALE.format(width, height)}"
    command = [FFMPEG, "-v", "error", "-i", path, "-vf", filters, "-fps_mode", "passthrough", "-f", "rawvideo", "-"]
    given = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(given, np.uint8).reshape(len(index) * height, width, 3)


@pytest.mark.parametrize(
    ("size", "args", "wish"),
    [
        ("128x96", X264, "56x56"),
        ("127x93", (*X264, "-pix_fmt", "yuv444p"), "84x84"),
        ("320x240", X264, {"max_pixels": 12544}),
        ("112x84", X264, "keep"),
        ("128x96", (*X265, "log-level=error", "-pix_fmt", "yuv420p10le"), "56x56"),
        ("128x96", VP9, "252x140"),
        ("128x96", (*X264, "-pix_fmt", "yuvj420p"), "56x84"),
        ("128x96", (*X264, "-colorspace", "bt709", "-color_range", "pc"), "56x84"),
    ],
)
def test_pixels_are_those_of_the_command(tmp_path: Path, size: str, args: tuple[str, ...], wish: object) -> None:
    film = moving(tmp_path / "a.mkv", size, *args)
    line, _ = frames_of(film, size=wish)
    with Image.open(f"{film}.png") as strip:
        pixels = np.array(strip)
    assert np.array_equal(pixels, by_command(film, line["index"], line["width"], line["height"]))


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_pixels_are_those_of_the_command(tmp_path: Path, degrees: int) -> None:
    film = moving(tmp_path / "a.mp4", "128x96", *X264)
    ffmpeg("-display_rotation", degrees, "-i", film, "-c", "copy", tmp_path / "turned.mp4")
    line, _ = frames_of(tmp_path / "turned.mp4", size={"max_pixels": 84 * 112})
    assert (line["width"], line["height"]) == ((112, 84) if degrees == 180 else (84, 112))
    with Image.open(tmp_path / "turned.mp4.png") as strip:
        pixels = np.array(strip)
    assert np.array_equal(pixels, by_command(tmp_path / "turned.mp4", line["index"], line["width"], line["height"]))

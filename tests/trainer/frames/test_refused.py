"""Films that give no frames for sure: each is refused with what was seen, and none with a black picture."""

import gzip
import random
import re
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from films import (
    AV1,
    MPEG4,
    VP9,
    X264,
    X265,
    copy,
    ffmpeg,
    frames_of,
    make,
    packets_of,
    patch,
    remux,
    spoil,
    with_units,
)
from reprise_trainer.frames.refusals import Refused


def assert_refused(path: Path, why: str) -> None:
    with pytest.raises(Refused, match=f"^{why}"):
        frames_of(path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it has 0 bytes"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 7\n", "it is a Git LFS pointer"),
        (b"\n <!DOCTYPE html><html><body>Not here</body></html>", "it is an HTML page, not a video"),
        (b"#EXTM3U\n#EXTINF:4,\nother.mp4\n", "it is a playlist that names other files"),
        (b"ffconcat version 1.0\nfile other.mp4\n", "it is a playlist that names other files"),
        ('<?xml version="1.0"?><Code>Gesperrt für Fremde</Code>'.encode(), "it is text, not a video: '<\\?xml"),
        (b"RIFF\x32\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x3f\0\0\x3f\0\0ANIM", "it is an animated WebP"),
        (gzip.compress(b"a film"), r"it is an archive \(gzip\), not a video: unpack it"),
        (b"PK\3\4\x14\0\0\0\0\0" + bytes(60), r"it is an archive \(zip\), not a video: unpack it"),
        (bytes(range(256)) * 9, "moov atom not found"),
    ],
)
def test_what_is_no_video(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    assert_refused(path, why)


def test_folders_sound_covers_photographs_and_secrets(tmp_path: Path) -> None:
    assert_refused(tmp_path, "it is a folder")
    sound, cover = ("-f", "lavfi", "-i", "sine=d=2"), tmp_path / "cover.jpg"
    ffmpeg("-f", "lavfi", "-i", "color=s=64x64", "-frames:v", 1, cover)
    ffmpeg(*sound, "-c:a", "aac", tmp_path / "sound.mp4")
    assert_refused(tmp_path / "sound.mp4", "it has no video$")
    marked = ("-map", 0, "-map", 1, "-c:v", "copy", "-disposition:v", "attached_pic", "-c:a", "aac")
    ffmpeg(*sound, "-i", cover, *marked, tmp_path / "cover.m4a")
    assert_refused(tmp_path / "cover.m4a", "it has no video, only a cover picture")
    assert_refused(cover, "it has 1 frame, 8 are needed")
    film = make(tmp_path / "plain.mp4", 30, *X264)
    key = ("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "0" * 32, "-encryption_kid", "1" * 32)
    ffmpeg("-i", film, "-c", "copy", *key, tmp_path / "secret.mp4")
    assert_refused(tmp_path / "secret.mp4", "it is encrypted")
    patch(film, lambda data: data.__setitem__(slice(at := data.rfind(b"avc1"), at + 4), b"zzzz"))
    assert_refused(film, "its video is of a kind that FFmpeg has no decoder for")


def test_what_names_other_files_is_not_followed(tmp_path: Path) -> None:
    why = "it is not of a kind that holds a film itself"
    for number in range(12):
        ffmpeg("-f", "lavfi", "-i", "color=s=64x64", "-frames:v", 1, tmp_path / f"{number:03}.png")
    # A name that FFmpeg takes for those of all of them.
    numbered = tmp_path / "%03d.png"
    numbered.write_bytes((tmp_path / "000.png").read_bytes())
    assert_refused(numbered, why)
    film = make(tmp_path / "film.mp4", 30, *X264)
    ffmpeg("-i", film, "-c", "copy", "-hls_time", 1, tmp_path / "a.m3u8")
    # What does not look like text to us may be a playlist to FFmpeg.
    hidden = tmp_path / "hidden.m3u8"
    hidden.write_bytes(b"\0" + (tmp_path / "a.m3u8").read_bytes())
    subtitles = tmp_path / "a.mkv"
    subtitles.write_bytes(b"1\r\n00:00:01,000 --> 00:00:02,000\r\nHi\x01\r\n\r\n")
    for other in (hidden, subtitles):
        with pytest.raises(Refused):
            frames_of(other)
    assert_refused(subtitles, why)


def test_too_few_frames(tmp_path: Path) -> None:
    assert_refused(make(tmp_path / "five.mp4", 5, *X264), "it has 5 frames, 8 are needed")
    assert_refused(make(tmp_path / "one.webm", 1, *VP9), "it has 1 frame, 8 are needed")


@pytest.mark.parametrize("count", [60, 320])
@pytest.mark.parametrize("cut", [0.6, -40])
def test_a_download_that_broke_off(tmp_path: Path, count: int, cut: float) -> None:
    def breaks(path: Path) -> Path:
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * cut) if cut > 0 else int(cut)])
        return path

    args = (*X264, "-g", "25")
    film = breaks(make(tmp_path / "a.mp4", count, *args, "-movflags", "+faststart"))
    broken = rf"broken off: \d+ of {count} frames are there$"
    assert_refused(film, broken)
    if cut > 0:
        assert_refused(breaks(make(tmp_path / "b.mp4", count, *args)), "moov atom not found")
        assert_refused(breaks(make(tmp_path / "a.mkv", count, *args)), r"broken off at \d+\.\d s: File ended")
        assert_refused(breaks(make(tmp_path / "a.avi", count, *MPEG4, size=(128, 128))), broken)


def test_a_film_cut_between_two_packets(tmp_path: Path) -> None:
    for name, args in (("a.mp4", (*X264, "-bf", "0", "-movflags", "+faststart")), ("a.avi", MPEG4)):
        film = make(tmp_path / name, 60, *args)
        begin, _ = packets_of(film)[40]
        film.write_bytes(film.read_bytes()[: begin - (8 if name.endswith("avi") else 0)])
        assert_refused(film, r"broken off: 40 of 60 frames are there")


SPOILT: dict[str, tuple[str, ...]] = {
    "a.mp4": (*X264, "-g", "50"),
    "a.mkv": (*X264, "-g", "50"),
    "av1.mp4": (*AV1, "-g", "50"),
    "mpeg4.avi": MPEG4,
    "mpeg4.mp4": MPEG4,
    "prores.mov": ("-c:v", "prores_ks", "-profile:v", "1"),
    "ffv1.mkv": ("-c:v", "ffv1"),
    "mjpeg.avi": ("-c:v", "mjpeg", "-q:v", "3"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_one_damaged_frame(tmp_path: Path, name: str) -> None:
    film = spoil(make(tmp_path / name, 90, *SPOILT[name]), 40)
    assert_refused(film, r"damaged at 1\.[56] s: ")


@pytest.mark.parametrize(("name", "args"), [("a.mp4", X264), ("b.mp4", (*X265, "log-level=error")), ("a.webm", VP9)])
def test_a_damaged_stretch(tmp_path: Path, name: str, args: tuple[str, ...]) -> None:
    film = make(tmp_path / name, 120, *args, "-g", "25")
    packets = packets_of(film)
    begin, end = packets[50][0], packets[70][0]
    patch(film, lambda data: data.__setitem__(slice(begin, end), random.Random(7).randbytes(end - begin)))
    assert_refused(film, r"damaged at [12]\.\d s: ")


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_frames_that_are_missing_and_built_on(tmp_path: Path, name: str) -> None:
    """The decoder goes on with pictures that are wrong, and marks none."""
    whole = make(tmp_path / "whole.mkv", 90, *X264, "-bf", "0", "-g", "90")
    film = remux(whole, tmp_path / name, keep=lambda number: number not in (30, 31))
    assert_refused(film, r"damaged at 1\.\d s: frames that it builds on are missing")


def test_leading_frames_whose_entry_is_missing(tmp_path: Path) -> None:
    """They stand behind another entry then, and could be taken for its own."""
    words = "log-level=error:open-gop=1:keyint=25:min-keyint=25:bframes=4:b-adapt=0:scenecut=0"
    whole = make(tmp_path / "whole.mkv", 320, *X265, words)
    with av.open(str(whole)) as film:
        keys = [number for number, packet in enumerate(film.demux(video=0)) if packet.is_keyframe]
    for name in ("a.mkv", "a.mp4"):
        film = remux(whole, tmp_path / name, keep=lambda number: number != keys[6])
        assert_refused(film, r"damaged at \d\.\d s: Could not find ref")


@pytest.mark.parametrize("name", ["a.mkv", "a.webm", "a.flv", "a.ts", "a.mpg"])
@pytest.mark.parametrize("count", [60, 300])
def test_joined_recordings(tmp_path: Path, name: str, count: int) -> None:
    codec = {"webm": VP9, "mpg": ("-c:v", "mpeg2video")}.get(name[2:], (*X264, "-g", "25"))
    parts = [make(tmp_path / f"{at}-{name}", count, *codec, start=at * count).read_bytes() for at in range(2)]
    # An FLV has a header of 13 bytes.
    (tmp_path / name).write_bytes(parts[0] + parts[1][13 if name.endswith("flv") else 0 :])
    at = rf"{count / 25 - 0.04:.2f}".replace(".", r"\.")
    assert_refused(tmp_path / name, rf"its times go back from {at} s to .* at frame {count}, as where recordings were")


def test_other_sizes_need_one_that_is_given(tmp_path: Path) -> None:
    parts = [make(tmp_path / f"{side}.mkv", 30, *X264, "-bsf:v", "dump_extra", size=(side, side)) for side in (56, 112)]
    names = tmp_path / "list.txt"
    names.write_text("".join(f"file '{part.name}'\n" for part in parts))
    ffmpeg("-f", "concat", "-i", names, "-c", "copy", tmp_path / "a.mkv")
    with pytest.raises(Refused, match="its picture size changes from 56x56 to 112x112: give 'size' as WIDTHxHEIGHT"):
        frames_of(tmp_path / "a.mkv", size="keep")
    assert frames_of(tmp_path / "a.mkv", size={"max_pixels": 3136})[0]["total"] == 60


def test_a_part_of_a_turn_is_refused(tmp_path: Path) -> None:
    film = make(tmp_path / "a.mp4", 30, *X264)
    ffmpeg("-display_rotation", 45, "-i", film, "-c", "copy", tmp_path / "b.mp4")
    assert_refused(tmp_path / "b.mp4", "it is to be shown turned by a part of a quarter turn")


# Display orientation: turned by 180 degrees, as an SEI of each codec.
TURNS = {
    "h264": b"\x06\x2f\x03\x10\0\x18\x80",
    "hevc": b"\x4e\x01\x2f\x03\x10\0\x18\x80",
}


@pytest.mark.parametrize("name", ["h264.mp4", "h264.mkv", "h264.ts", "hevc.mp4", "hevc.mkv"])
@pytest.mark.parametrize("count", [60, 320])
def test_turns_that_stand_in_the_stream(tmp_path: Path, name: str, count: int) -> None:
    """The decoder of H.264 tells them only of the frames that carry them, that of HEVC also of those that follow."""
    codec = name[:4]
    args = (*X264, "-bf", "0") if codec == "h264" else (*X265, "log-level=error:bframes=0:keyint=25")
    film = make(tmp_path / "whole.mp4", count, *args)

    def turned(carries: Callable[[int], bool]) -> Path:
        with_units(film, tmp_path / "turned.mp4", lambda number: TURNS[codec] if carries(number) else b"")
        return copy(tmp_path / "turned.mp4", tmp_path / name)

    differently = r"its frames are turned differently \(the first"
    assert_refused(turned(lambda number: number == 31), rf"{differently} not at all, frame 31 by 180 degrees\): write")
    if codec == "h264":
        assert_refused(turned(lambda number: number == 0), rf"{differently} by 180 degrees, frame 1 not at all\)")
    assert frames_of(turned(lambda number: codec == "h264" or number == 0))[0]["read"] == "decode"


def test_the_reason_names_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\0\0\0\x18ftypmp42" + b"\xff" * 200)
    with pytest.raises(Refused) as refused:
        frames_of(path)
    assert not re.search(re.escape(str(tmp_path)), str(refused.value))

"""Frames of films whose packets are not their frames, or carry other times: those of a full decode are taken."""

from fractions import Fraction
from pathlib import Path

import av
import pytest
from field_coded import field_coded
from films import (
    MPEG2,
    MPEG4,
    VP8,
    X264,
    X265,
    assert_as_decoded,
    copy,
    ffmpeg,
    frames_of,
    make,
    make_with_hidden_frames,
    remux,
    spread,
    truth,
    with_edits,
)

B_FRAMES = (*X264, "-bf", "3", "-b_strategy", "0", "-g", "25")


def test_hidden_reference_frames_of_vp8_are_no_frames(tmp_path: Path) -> None:
    line = assert_as_decoded(make_with_hidden_frames(tmp_path / "a.webm", 190))
    assert (line["total"], line["variable_rate"]) == (190, False)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("mpeg4.avi", (*MPEG4, "-bf", "2", "-vtag", "XVID")),
        ("mpeg2.mpg", (*MPEG2, "-bf", "2")),
        ("mpeg2.vob", (*MPEG2, "-bf", "2", "-f", "vob")),
        ("mpeg1.mpg", ("-c:v", "mpeg1video", "-q:v", "3", "-bf", "2")),
        ("interlaced.mpg", (*MPEG2, "-flags", "+ilme+ildct")),
        ("h264.ts", B_FRAMES),
        ("h264.flv", B_FRAMES),
        ("wmv2.wmv", ("-c:v", "wmv2", "-q:v", "3")),
        ("theora.ogv", ("-c:v", "libtheora", "-q:v", "9")),
        ("mjpeg.avi", ("-c:v", "mjpeg", "-q:v", "3")),
        ("mbaff.mp4", (*X264, "-flags", "+ilme+ildct", "-x264-params", "tff=1")),
        ("a.gif", ()),
        ("a.apng", ("-f", "apng")),
        ("late.mp4", (*X264, "-output_ts_offset", "5")),
        ("negative.mp4", (*X264, "-movflags", "+negative_cts_offsets")),
        ("ntsc.mkv", X264),
    ],
)
def test_containers_of_all_kinds(tmp_path: Path, name: str, args: tuple[str, ...]) -> None:
    rate = "30000/1001" if name.startswith("ntsc") else "25"
    assert assert_as_decoded(make(tmp_path / name, 90, *args, rate=rate))["total"] == 90


@pytest.mark.parametrize(("name", "args"), [("a.avi", B_FRAMES), ("a.asf", B_FRAMES)])
def test_times_in_coding_order_are_put_in_order(tmp_path: Path, name: str, args: tuple[str, ...]) -> None:
    line, numbers = frames_of(make(tmp_path / name, 100, *args))
    assert (line["total"], numbers) == (100, spread(100))
    assert line["pts"] == sorted(line["pts"])
    assert line["variable_rate"] is False
    assert line["notes"] == ["its times stand in coding order, and were put in order"]


@pytest.mark.parametrize(("name", "args"), [("a.h264", B_FRAMES), ("a.hevc", (*X265, "log-level=error:bframes=3"))])
def test_times_of_a_raw_stream_are_counted(tmp_path: Path, name: str, args: tuple[str, ...]) -> None:
    line, numbers = frames_of(make(tmp_path / name, 100, *args))
    assert (line["total"], numbers) == (100, spread(100))
    assert line["pts"] == [at / 25 for at in spread(100)]
    assert line["notes"] == ["its frames carry no time: counted from the frames' durations"]


@pytest.mark.parametrize(
    ("args", "codec"),
    [
        ((*MPEG2, "-bf", "2", "-g", "12"), "mpeg2"),
        ((*X264, "-x264-params", "open-gop=1:keyint=25:bframes=3:b-adapt=0"), "h264"),
        ((*X265, "log-level=error:open-gop=1:keyint=25:min-keyint=25:bframes=4:b-adapt=0:scenecut=0"), "hevc"),
    ],
)
def test_a_recording_that_begins_between_keyframes(tmp_path: Path, args: tuple[str, ...], codec: str) -> None:
    whole = make(tmp_path / "whole.ts", 150, *args)
    data = whole.read_bytes()
    part = tmp_path / f"{codec}.ts"
    part.write_bytes(data[len(data) // 188 // 5 * 188 :])
    assert 80 < assert_as_decoded(part)["total"] < 150
    matroska = make(tmp_path / "whole.mkv", 150, *args)
    assert assert_as_decoded(copy(matroska, tmp_path / "cut.mkv", "-ss", "2.3"))["total"] < 110


def test_a_film_whose_first_keyframe_is_missing(tmp_path: Path) -> None:
    whole = make(tmp_path / "whole.mkv", 300, *X264, "-g", "50")
    for name in ("a.mkv", "a.mp4"):
        _, numbers = frames_of(remux(whole, tmp_path / name, keep=lambda number: number > 0))
        assert numbers == [50 + at for at in spread(250)]
        assert_as_decoded(tmp_path / name)


@pytest.mark.parametrize(
    ("count", "edits"),
    [
        (200, [(5000, 1024)]),
        (200, [(1000, 12800 + 1024), (2000, 3 * 12800 + 1024)]),
        (100, [(2000, 1024), (2000, 1024)]),
        (200, [(2000, 4 * 12800 + 1024), (2000, 1024)]),
        (300, [(9000, 1024 + 200)]),
    ],
)
def test_edit_lists(tmp_path: Path, count: int, edits: list[tuple[int, int]]) -> None:
    args = ("-g", "25", "-bf", "2", "-video_track_timescale", "12800")
    film = with_edits(make(tmp_path / "a.mp4", count, *X264, *args), edits)
    line = assert_as_decoded(film)
    assert line["total"] == pytest.approx(sum(length for length, _ in edits) / 40, abs=1)


@pytest.mark.parametrize(
    ("name", "args", "sizes"),
    [
        ("vp8.webm", (*VP8, "-auto-alt-ref", "0"), [(64, 64), (48, 48), (80, 80)]),
        ("h264.mkv", (*X264, "-bsf:v", "dump_extra"), [(64, 64), (48, 48), (80, 80)]),
        ("turned.webm", (*VP8, "-auto-alt-ref", "0"), [(64, 32), (64, 32), (32, 64)]),
    ],
)
def test_size_changes_in_mid_stream(
    tmp_path: Path, name: str, args: tuple[str, ...], sizes: list[tuple[int, int]]
) -> None:
    parts = [make(tmp_path / f"{at}-{name}", 40, *args, start=40 * at, size=size) for at, size in enumerate(sizes)]
    names = tmp_path / "list.txt"
    names.write_text("".join(f"file '{part.name}'\n" for part in parts))
    ffmpeg("-f", "concat", "-i", names, "-c", "copy", tmp_path / name)
    assert assert_as_decoded(tmp_path / name)["total"] == 120


def test_colours_change_in_mid_stream(tmp_path: Path) -> None:
    def part(matrix: str, tag: str, start: int) -> Path:
        args = (*X264, "-vf", f"scale=out_color_matrix={matrix}", "-colorspace", tag, "-bsf:v", "dump_extra")
        return make(tmp_path / f"{matrix}.mkv", 60, *args, start=start)

    names = tmp_path / "list.txt"
    names.write_text(f"file '{part('bt601', 'smpte170m', 0).name}'\nfile '{part('bt709', 'bt709', 60).name}'\n")
    ffmpeg("-f", "concat", "-i", names, "-c", "copy", tmp_path / "a.mkv")
    assert_as_decoded(tmp_path / "a.mkv")


def test_few_frames_and_the_same_frame_twice(tmp_path: Path) -> None:
    film = make(tmp_path / "a.mp4", 24, *X264, rate="12")
    assert assert_as_decoded(film)["total"] == 24
    line, numbers = frames_of(film, rule="as-released")
    assert (line["index"], numbers) == ([0, 0, 0, 8, 8, 15, 15, 23], [0, 0, 0, 8, 8, 15, 15, 23])
    assert frames_of(make(tmp_path / "eight.mp4", 8, *X264))[1] == list(range(8))


def test_field_coded_pictures_are_frames(tmp_path: Path) -> None:
    raw = tmp_path / "a.h264"
    raw.write_bytes(field_coded(40))
    assert frames_of(raw)[1] == spread(40)
    for name in ("a.mkv", "a.ts", "a.mp4"):
        film = packets_every(raw, tmp_path / name)
        assert (len(truth(film)), assert_as_decoded(film)["total"]) == (40, 40)


def packets_every(source: Path, target: Path) -> Path:
    """A raw stream in a container: each packet (a field) at a time of its own."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for number, packet in enumerate(packet for packet in old.demux(video=0) if packet.size):
            packet.stream = stream
            packet.time_base = Fraction(1, 50)
            packet.pts = packet.dts = number
            packet.duration = 1
            new.mux(packet)
    return target

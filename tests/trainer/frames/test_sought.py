"""Long films: seeking gives the frames of a full decode, or all is decoded. Never is a container believed."""

from pathlib import Path
from typing import Any

import pytest
from films import (
    AV1,
    VP8,
    VP9,
    X264,
    X265,
    assert_as_decoded,
    copy,
    ffmpeg,
    frames_of,
    make,
    make_with_hidden_frames,
    patch,
    remux,
    spoil,
    spread,
    with_edits,
    without_sync_table,
)
from reprise_trainer.frames import cut as cutting
from reprise_trainer.frames import seeking
from reprise_trainer.frames.refusals import Refused

LONG = 320
FRAGMENTS = ("-movflags", "+frag_keyframe+empty_moov+default_base_moof")
FIXED = "min-keyint=25:keyint=25:scenecut=0:b-adapt=0"


def x264(words: str) -> tuple[str, ...]:
    return (*X264, "-x264-params", f"{FIXED}:{words}")


def x265(words: str) -> tuple[str, ...]:
    return (*X265, f"log-level=error:{FIXED}:{words}")


SOUGHT: dict[str, tuple[str, ...]] = {
    "closed.mp4": x264("bframes=3"),
    "closed.mkv": x264("bframes=3"),
    "slices.mov": x264("slices=4"),
    "repeated headers.mkv": x264("repeat-headers=1:aud=1"),
    "hierarchical.mp4": x264("bframes=7:b-pyramid=normal"),
    "fragments.mp4": (*x264("bframes=3"), *FRAGMENTS),
    "ismv.mp4": (*x264("bframes=2"), *FRAGMENTS, "-video_track_timescale", "10000000", "-output_ts_offset", "0.1234"),
    "uneven.mp4": (
        *x264("bframes=3"),
        *("-vf", r"settb=1/12000,setpts='(N+0.45*mod(N*7\,5)/5)/(12*TB)'", "-fps_mode", "vfr"),
        *("-enc_time_base", "1/12000", "-video_track_timescale", "12000"),
    ),
    "hevc open.mp4": x265("open-gop=1:bframes=4"),
    "hevc open.mkv": x265("open-gop=1:bframes=4"),
    "hevc closed.mp4": x265("open-gop=0:bframes=3"),
    "hevc leading.mp4": x265("open-gop=0:radl=3:bframes=4"),
    "vp8.webm": (*VP8, "-g", "25", "-auto-alt-ref", "0"),
    "vp9.webm": (*VP9, "-g", "25"),
    "vp9.mp4": (*VP9, "-g", "25"),
    "av1.mp4": (*AV1, "-g", "25"),
    "av1.mkv": (*AV1, "-g", "25"),
}


@pytest.mark.parametrize("name", SOUGHT)
def test_seeking_gives_what_a_full_decode_gives(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    film = make(tmp_path / name, LONG, *SOUGHT[name])
    line = assert_as_decoded(film, "seek")
    sought = Path(f"{film}.png").read_bytes()
    monkeypatch.setattr(cutting, "prove", lambda *_: None)
    whole = assert_as_decoded(film, "decode")
    assert Path(f"{film}.png").read_bytes() == sought
    assert {**line, "read": None} == {**whole, "read": None}


DECODED: dict[str, tuple[str, ...]] = {
    "h264 open.mp4": x264("open-gop=1:bframes=4"),
    "h264 open.mov": x264("open-gop=1:bframes=4"),
    "intra refresh.mp4": (*X264, "-x264-params", "intra-refresh=1:keyint=50"),
    "intra refresh.mkv": (*X264, "-x264-params", "intra-refresh=1:keyint=50"),
    "one keyframe.mp4": (*X264, "-g", "1000", "-sc_threshold", "0"),
    "interlaced.mp4": (*X264, "-g", "25", "-flags", "+ilme+ildct", "-x264-params", "tff=1"),
    "short.mkv": x264("bframes=3"),
    "stream.ts": x264("bframes=3"),
    "mpeg4.mp4": ("-c:v", "mpeg4", "-q:v", "3", "-g", "25", "-bf", "2"),
}


@pytest.mark.parametrize("name", DECODED)
def test_where_nothing_is_proven_all_is_decoded(tmp_path: Path, name: str) -> None:
    assert_as_decoded(make(tmp_path / name, 150 if name.startswith("short") else LONG, *DECODED[name]), "decode")


@pytest.mark.parametrize(
    "args",
    [x264("bframes=3"), x265("open-gop=0:bframes=3"), ("-c:v", "mpeg4", "-q:v", "3", "-g", "25"), (*VP9, "-g", "25")],
)
def test_a_sync_table_that_lies_does_no_harm(tmp_path: Path, args: tuple[str, ...]) -> None:
    assert_as_decoded(without_sync_table(make(tmp_path / "all.mp4", LONG, *args)))

    def shift(data: bytearray) -> None:
        at = data.find(b"stss")
        for place in range(at + 16, at + 12 + 4 * int.from_bytes(data[at + 8 : at + 12], "big"), 4):
            data[place : place + 4] = (int.from_bytes(data[place : place + 4], "big") + 7).to_bytes(4, "big")

    film = make(tmp_path / "shifted.mp4", LONG, *args)
    assert_as_decoded(patch(film, shift) if b"stss" in film.read_bytes() else film)


def test_hidden_frames_make_it_decode_all(tmp_path: Path) -> None:
    assert_as_decoded(make_with_hidden_frames(tmp_path / "a.webm", LONG, "-g", "40"), "decode")


def test_cuts_and_edits_of_long_films(tmp_path: Path) -> None:
    whole = make(tmp_path / "whole.mp4", 600, *x264("bframes=3"), "-video_track_timescale", "12800")
    part = copy(whole, tmp_path / "part.mp4", "-ss", "3.14", "-t", "12")
    assert assert_as_decoded(part, "seek")["total"] < 320
    with_edits(whole, [(12000, 12800 + 1024)])
    assert assert_as_decoded(whole, "seek")["total"] == 300
    with_edits(whole, [(6000, 12800 + 1024), (6000, 15 * 12800 + 1024)])
    assert assert_as_decoded(whole, "decode")["total"] == 300


def test_frames_that_share_a_time_are_told_apart_by_decoding(tmp_path: Path) -> None:
    args = ("-vf", "settb=1/1000,setpts='floor(N/2)*40'", "-fps_mode", "passthrough", "-enc_time_base", "1/1000")
    film = make(tmp_path / "a.mkv", LONG, *X264, "-g", "25", "-bf", "0", *args)
    assert_as_decoded(film, "decode")


def test_damage_on_the_way_to_a_frame_is_seen(tmp_path: Path) -> None:
    film = make(tmp_path / "a.mp4", LONG, *x264("bframes=0"))
    with pytest.raises(Refused, match=r"^damaged at 1\.\d s: error while decoding MB"):
        frames_of(spoil(film, 40))


def test_other_parameter_sets_in_mid_stream_make_it_decode_all(tmp_path: Path) -> None:
    """Two encodings in one Matroska: what the second needs stands in its own packets."""
    parts = [
        make(tmp_path / "0.mkv", 160, *X264, "-g", "25", "-refs", "1", "-bsf:v", "dump_extra"),
        make(tmp_path / "1.mkv", 160, *X264, "-g", "25", "-refs", "4", "-bf", "3", "-bsf:v", "dump_extra", start=160),
    ]
    names = tmp_path / "list.txt"
    names.write_text("".join(f"file '{part.name}'\n" for part in parts))
    ffmpeg("-f", "concat", "-i", names, "-c", "copy", tmp_path / "a.mkv")
    assert_as_decoded(tmp_path / "a.mkv", "decode")


@pytest.mark.parametrize("threads", [1, 3])
def test_more_frames_than_entries_and_any_number_of_decoders(tmp_path: Path, threads: int) -> None:
    film = make(tmp_path / "a.mkv", 900, *x264("bframes=2"))
    wish = cutting.Wish(30, "linspace-round", "28x28")
    line = cutting.cut(str(film), str(tmp_path / f"{threads}.png"), wish, threads)
    assert line["index"] == spread(900, 30)
    one = frames_of(film, frames=30, size="28x28")
    assert (tmp_path / f"{threads}.png").read_bytes() == Path(f"{film}.png").read_bytes()
    assert one[1] == spread(900, 30)


def test_a_packet_that_is_lost_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the survey saw must be what is read later: here a packet is gone in between."""
    film = make(tmp_path / "a.mkv", LONG, *x264("bframes=0"))
    other = remux(film, tmp_path / "b.mkv", keep=lambda number: number != 30)
    opened = seeking.Film.again
    seen: list[Any] = []

    def again(self: Any) -> Any:
        copy_of = opened(self)
        seen.append(copy_of)
        return copy_of

    monkeypatch.setattr(seeking.Film, "again", again)
    survey = cutting.survey

    def surveyed(opened_film: Any, ear: Any) -> Any:
        found = survey(opened_film, ear)
        other.replace(film)
        return found

    monkeypatch.setattr(cutting, "survey", surveyed)
    line, _ = frames_of(film)
    assert line["read"] == "decode"
    assert seen

"""Files that are cut, where FFmpeg plays what is there without a word: their formats say where they end."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from films import MPEG2, VP9, X264, X265, assert_as_decoded, ffmpeg, frames_of, make, patch, raw, raw_input
from reprise_trainer.frames.refusals import Refused

Boxes = list[tuple[bytes, bytes]]

CUT = {
    "a.flv": ((*X264, "-g", "25"), "its last tag is incomplete"),
    "a.ogv": (("-c:v", "libtheora"), "its last page is incomplete"),
    "a.y4m": (("-pix_fmt", "yuv420p"), "its last frame is incomplete"),
    "a.mxf": (MPEG2, "its footer is missing"),
    "a.ivf": (VP9, "a packet is incomplete"),
    "a.mpg": (MPEG2, "a packet is incomplete"),
}


@pytest.mark.parametrize("name", CUT)
def test_a_file_that_is_cut(tmp_path: Path, name: str) -> None:
    args, why = CUT[name]
    film = make(tmp_path / name, 100, *args)
    assert_as_decoded(film, "decode")
    film.write_bytes(film.read_bytes()[: int(film.stat().st_size * 0.6) + 7])
    with pytest.raises(Refused, match=f"^broken off: {why}$"):
        frames_of(film)


def test_a_cut_between_frames_that_the_size_does_not_show(tmp_path: Path) -> None:
    """The header of an FLV states its length, also where sound goes on longer; of DV nothing can be known."""
    sound = ("-f", "lavfi", "-i", "sine=d=5", "-map", 0, "-map", 1, "-c:a", "aac")
    ffmpeg(*raw_input(), *sound, *X264, "-g", 25, tmp_path / "a.flv", given=raw(range(100)))
    film = tmp_path / "a.flv"
    assert_as_decoded(film)
    data, at = film.read_bytes(), 13
    while int.from_bytes(data[at + 4 : at + 7], "big") < 3000:
        at += 15 + int.from_bytes(data[at + 1 : at + 4], "big")
    film.write_bytes(data[:at])
    with pytest.raises(Refused, match=r"^broken off: its header says 5\.\d\d s, its last packet is at [23]\.\d\d s$"):
        frames_of(film)


def test_slow_films_end_as_they_state(tmp_path: Path) -> None:
    for name, args in (("a.flv", X264), ("b.flv", (*X265, "log-level=error"))):
        assert_as_decoded(make(tmp_path / name, 20, *args, rate="1/3"))


def test_an_ogg_that_is_cut_between_pages(tmp_path: Path) -> None:
    film = make(tmp_path / "a.ogv", 100, "-c:v", "libtheora", size=(128, 128))
    data = film.read_bytes()
    film.write_bytes(data[: data.rfind(b"OggS")])
    with pytest.raises(Refused, match=r"^broken off: its last page is not marked as the end$"):
        frames_of(film)


def boxes_of(data: bytes | bytearray) -> Boxes:
    found, at = [], 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        found.append((kind, bytes(data[at : at + size])))
        at += size
    return found


def rewrite(path: Path, change: Callable[[Boxes], Boxes]) -> Path:
    return patch(path, lambda data: data.__setitem__(slice(None), b"".join(box for _, box in change(boxes_of(data)))))


def without_fragments(first: int, last: int) -> Callable[[Boxes], Boxes]:
    """Leaves fragments out, counted from 1, and what lists them."""

    def change(boxes: Boxes) -> Boxes:
        head = [box for box in boxes if box[0] not in (b"moof", b"mdat", b"mfra", b"sidx")]
        parts = [box for box in boxes if box[0] in (b"moof", b"mdat")]
        return head + parts[: 2 * (first - 1)] + parts[2 * last :]

    return change


def every_other_number(boxes: Boxes) -> Boxes:
    """As where the fragments of another track were left out."""

    def numbered(box: bytes) -> bytes:
        at = box.find(b"mfhd") + 8
        number = struct.unpack_from(">I", box, at)[0]
        return box[:at] + struct.pack(">I", 2 * number) + box[at + 4 :]

    return [(kind, numbered(box) if kind == b"moof" else box) for kind, box in boxes]


FRAGMENTED = (*X264, "-g", "25", "-movflags", "frag_keyframe+empty_moov+default_base_moof")


@pytest.mark.parametrize("count", [100, 320])
@pytest.mark.parametrize("more", [(), ("-bf", "0"), ("-video_track_timescale", "90000")])
def test_fragments_that_are_missing(tmp_path: Path, count: int, more: tuple[str, ...]) -> None:
    film = make(tmp_path / "a.mp4", count, *FRAGMENTED, *more)
    assert_as_decoded(film)
    whole = film.read_bytes()
    for first, last, words in ((2, 2, "its fragment 2 is missing"), (2, 3, "its fragments 2 to 3 are missing")):
        film.write_bytes(whole)
        with pytest.raises(Refused, match=f"^damaged: {words}$"):
            frames_of(rewrite(film, without_fragments(first, last)))
    film.write_bytes(whole)
    assert_as_decoded(rewrite(film, every_other_number))


def test_a_frame_that_lasts_long_is_no_missing_fragment(tmp_path: Path) -> None:
    args = ("-vf", "settb=1/1000,setpts='N*40+gte(N,50)*4000'", "-fps_mode", "passthrough", "-enc_time_base", "1/1000")
    film = make(tmp_path / "a.mkv", 100, *X264, "-g", "25", "-bf", "0", *args)
    ffmpeg("-i", film, "-c", "copy", *FRAGMENTED[-2:], tmp_path / "a.mp4")
    assert assert_as_decoded(tmp_path / "a.mp4")["variable_rate"]

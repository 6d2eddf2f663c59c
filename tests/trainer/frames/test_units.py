"""What packets are, read from their headers: by hand, against what encoders write and decoders give."""

from pathlib import Path

import av
import pytest
from films import AV1, VP8, VP9, X264, X265, make, packets_of
from reprise_trainer.frames import av1, h264, hevc, vpx
from reprise_trainer.frames.bits import Bits, unescaped
from reprise_trainer.frames.units import NotReadable, Reader, Unit, nal_units, turns_a_picture


def units_of(film: Path, reader: Reader | None = None) -> list[Unit]:
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        extradata = stream.codec_context.extradata or b""
        readers = {"h264": h264.reader, "hevc": hevc.reader, "libdav1d": av1.reader}
        plain = {"vp8": vpx.read_vp8, "vp9": vpx.read_vp9}
        name = stream.codec_context.name
        read = reader or plain.get(name) or readers[name](extradata)
        return [read(memoryview(packet)) for packet in container.demux(stream) if packet.size]


def test_bits() -> None:
    assert Bits(b"\xa5").take(8) == 0xA5
    # 1, 010, 011, 00100, 00101: the first five codes.
    assert read_codes("10100110010000101", 5) == [0, 1, 2, 3, 4]
    with pytest.raises(IndexError):
        Bits(b"\0").ue()
    assert unescaped(b"\0\0\3\1\0\0\3\0\0\3") == b"\0\0\1\0\0\0\0"


def read_codes(text: str, count: int) -> list[int]:
    bits = Bits(int(text.ljust(-(-len(text) // 8) * 8, "0"), 2).to_bytes(-(-len(text) // 8), "big"))
    return [bits.ue() for _ in range(count)]


def test_lengths_that_do_not_add_up_are_no_units() -> None:
    assert nal_units(b"\0\0\0\2ab\0\0\0\3abc", 4) == [(4, 6), (10, 13)]
    for broken in (b"\0\0\0\3ab", b"\0\0\0\0", b"\0\0\0\1a", b"\0\0"):
        assert nal_units(broken, 4) is None


def test_h264(tmp_path: Path) -> None:
    fixed = "keyint=20:min-keyint=20:scenecut=0:bframes=2:b-adapt=0:b-pyramid=none"
    units = units_of(make(tmp_path / "a.mp4", 60, *X264, "-x264-params", fixed))
    assert [at for at, unit in enumerate(units) if unit is Unit.ENTRY] == [0, 20, 40]
    assert units.count(Unit.UNUSED) > 30
    # An open GOP begins with no IDR picture, whatever the container says.
    opened = units_of(make(tmp_path / "b.mp4", 60, *X264, "-x264-params", f"{fixed}:open-gop=1"))
    assert [at for at, unit in enumerate(opened) if unit is Unit.ENTRY] == [0]
    assert Unit.UNPROVEN not in opened
    with pytest.raises(NotReadable):
        units_of(make(tmp_path / "c.mp4", 20, *X264, "-flags", "+ilme+ildct", "-x264-params", "tff=1"))
    with pytest.raises(NotReadable):
        h264.reader(b"\0\0\0\1")


def test_h264_against_damage(tmp_path: Path) -> None:
    film = make(tmp_path / "a.mp4", 60, *X264, "-bf", "0", "-g", "20")
    begin, size = packets_of(film)[30]
    data = bytearray(film.read_bytes())
    data[begin : begin + size] = bytes(size)
    film.write_bytes(data)
    assert [at for at, unit in enumerate(units_of(film)) if unit is Unit.UNPROVEN] == [30]


def test_hevc(tmp_path: Path) -> None:
    fixed = "log-level=error:keyint=20:min-keyint=20:scenecut=0:bframes=3:b-adapt=0"
    opened = units_of(make(tmp_path / "a.mp4", 60, *X265, f"{fixed}:open-gop=1"))
    entries = [at for at, unit in enumerate(opened) if unit is Unit.OPEN_ENTRY]
    assert len(entries) >= 2
    # What leads an entry stands right behind it in the file.
    assert all(opened[at + 1] is Unit.LEADING for at in entries if at > 0)
    closed = units_of(make(tmp_path / "b.mp4", 60, *X265, f"{fixed}:open-gop=0"))
    assert [at for at, unit in enumerate(closed) if unit is Unit.ENTRY] == [0, 20, 40]
    assert not {Unit.LEADING, Unit.UNPROVEN} & set(closed)


@pytest.mark.parametrize(("name", "args"), [("a.webm", VP8), ("b.webm", VP9), ("a.mp4", AV1), ("a.mkv", AV1)])
def test_vp8_vp9_and_av1(tmp_path: Path, name: str, args: tuple[str, ...]) -> None:
    hidden = ("-auto-alt-ref", "0") if args is VP8 else ()
    units = units_of(make(tmp_path / name, 120, *args, "-g", "40", *hidden))
    assert units[0] is Unit.ENTRY
    assert units.count(Unit.ENTRY) >= 3
    assert Unit.UNPROVEN not in units


def test_information_that_turns_a_picture() -> None:
    other, turn = b"\x05\x04/abc", b"\x2f\x03\x10\0\x18"
    long = b"\x05\xff\x2c" + b"/" * 0x12B
    for message, turns in (
        (other, False),
        (long, False),
        (turn, True),
        (other + turn, True),
        (long + turn, True),
    ):
        assert turns_a_picture(message + b"\x80") is turns
        assert turns_a_picture(message + b"\x80\0\0") is turns
    # Cut off: it may say anything.
    assert turns_a_picture(b"\x05\xff/\xff")


def test_what_is_none_of_them() -> None:
    for read in (vpx.read_vp8, vpx.read_vp9, av1.reader(b"")):
        for data in (b"", b"\0", b"\xff" * 20):
            assert read(data) is Unit.UNPROVEN

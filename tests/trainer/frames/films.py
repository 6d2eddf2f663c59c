"""Films whose frames carry their own number, and what stands in strips that were cut from them."""

from __future__ import annotations

import random
import struct
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import numpy as np
from PIL import Image
from reprise_trainer.frames import logs
from reprise_trainer.frames.cut import Wish, cut

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
CELLS = 4
X264 = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-threads", "1")
X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-x265-params")
MPEG4 = ("-c:v", "mpeg4", "-q:v", "3")
MPEG2 = ("-c:v", "mpeg2video", "-q:v", "3")
VP8 = ("-c:v", "libvpx", "-b:v", "400k", "-deadline", "realtime", "-cpu-used", "8")
VP9 = ("-c:v", "libvpx-vp9", "-b:v", "400k", "-deadline", "realtime", "-cpu-used", "8")
AV1 = ("-c:v", "libsvtav1", "-preset", "12", "-crf", "30", "-svtav1-params", "lp=1")

logs.listen()


def code(number: int) -> int:
    """16 bits: ten of the number, six that tell it from what is no number."""
    return number | ((number * 13 + 5) % 63 + 1) << 10


def picture(number: int, width: int = 64, height: int = 64) -> np.ndarray:
    """A field of 4 x 4 cells, each a bit."""
    bits = np.array([code(number) >> at & 1 for at in range(CELLS * CELLS)], np.uint8).reshape(CELLS, CELLS)
    grey = np.kron(bits * 200 + 25, np.ones((height // CELLS, width // CELLS), np.uint8))
    return np.stack([grey] * 3, axis=-1)


def number_in(pixels: np.ndarray) -> int | str:
    """The number that a picture carries, or how it looks."""
    height, width = (side // CELLS for side in pixels.shape[:2])
    middles = pixels[height // 2 :: height, width // 2 :: width].mean(axis=-1)[:CELLS, :CELLS]
    if pixels.max() < 8:
        return "black"
    value = sum(int(level > 125) << at for at, level in enumerate(middles.flat))
    number = value & 0x3FF
    return number if value == code(number) else "unclear"


def ffmpeg(*args: Any, given: bytes | None = None) -> None:
    """Run ffmpeg; raises CalledProcessError."""
    subprocess.run([FFMPEG, "-v", "error", "-y", *map(str, args)], input=given, check=True)


def make(
    path: Path,
    count: int,
    *args: Any,
    start: int = 0,
    size: tuple[int, int] = (64, 64),
    rate: str = "25",
    inputs: tuple[Any, ...] = (),
) -> Path:
    """Encode `count` numbered frames."""
    ffmpeg(*raw_input(size, rate), *inputs, *args, path, given=raw(range(start, start + count), size))
    return path


def raw(numbers: Iterable[int], size: tuple[int, int] = (64, 64)) -> bytes:
    """Numbered pictures, one after the other."""
    return b"".join(picture(number, *size).tobytes() for number in numbers)


def raw_input(size: tuple[int, int] = (64, 64), rate: str = "25") -> list[str]:
    """What tells ffmpeg to read such pictures."""
    shape = f"{size[0]}x{size[1]}"
    return ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", shape, "-r", rate, "-i", "-"]


def make_with_hidden_frames(path: Path, count: int, *args: Any) -> Path:
    """A VP8 film with reference frames that are packets and never shown: only two passes make them."""
    log = ("-passlogfile", path.with_suffix(".log"))
    encoder = ("-c:v", "libvpx", "-b:v", "250k", "-auto-alt-ref", "1", "-lag-in-frames", "16", "-threads", "1", *log)
    for number, target in ((1, ("-f", "null", "-")), (2, (path,))):
        ffmpeg(*raw_input(), *encoder, *args, "-pass", number, *target, given=raw(range(count)))
    return path


def copy(source: Path, target: Path, *args: Any) -> Path:
    """The same packets in another file."""
    ffmpeg("-i", source, "-c", "copy", *args, target)
    return target


def remux(source: Path, target: Path, keep: Callable[[int], bool]) -> Path:
    """The same packets without some of them, by number."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for number, packet in enumerate(old.demux(video=0)):
            if packet.size and keep(number):
                packet.stream = stream
                new.mux(packet)
    return target


def with_units(source: Path, target: Path, units: Callable[[int], bytes]) -> Path:
    """The same H.264 or HEVC packets, with other NAL units before the first packets' own, by number."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for number, packet in enumerate(old.demux(video=0)):
            if packet.size == 0:
                continue
            unit = units(number)
            more = av.Packet((struct.pack(">I", len(unit)) + unit if unit else b"") + bytes(packet))
            more.pts, more.dts, more.time_base, more.stream = (
                packet.pts,
                packet.dts,
                packet.time_base,
                stream,
            )
            more.is_keyframe = packet.is_keyframe
            new.mux(more)
    return target


def packets_of(path: Path) -> list[tuple[int, int]]:
    """Place and size of each packet in the file."""
    with av.open(str(path)) as container:
        return [(packet.pos or 0, packet.size) for packet in container.demux(video=0) if packet.size]


def patch(path: Path, change: Callable[[bytearray], Any]) -> Path:
    """Change a file's bytes."""
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)
    return path


def spoil(path: Path, number: int) -> Path:
    """Overwrite the middle of one packet."""
    begin, size = packets_of(path)[number]
    noise = random.Random(number).randbytes(size // 2)
    return patch(path, lambda data: data.__setitem__(slice(begin + size // 3, begin + size // 3 + size // 2), noise))


def without_sync_table(path: Path) -> Path:
    """An MP4 that then says of every frame that decoding can begin there."""
    return patch(path, lambda data: data.__setitem__(slice(data.find(b"stss"), data.find(b"stss") + 4), b"free"))


def with_edits(path: Path, edits: Iterable[tuple[int, int]]) -> Path:
    """An MP4 with other edits: pairs of a duration in milliseconds and a begin in ticks of the track."""
    edits = list(edits)

    def change(data: bytearray) -> None:
        moov, trak, edts = (data.find(name) - 4 for name in (b"moov", b"trak", b"edts"))
        old = struct.unpack_from(">I", data, edts)[0]
        elst = struct.pack(">I4sII", 16 + 12 * len(edits), b"elst", 0, len(edits))
        elst += b"".join(struct.pack(">IiI", length, begin, 1 << 16) for length, begin in edits)
        data[edts : edts + old] = struct.pack(">I4s", 8 + len(elst), b"edts") + elst
        for box in (trak, moov):
            struct.pack_into(">I", data, box, struct.unpack_from(">I", data, box)[0] + 8 + len(elst) - old)

    return patch(path, change)


def truth(path: Path, stream: int = 0) -> list[tuple[float, int | str]]:
    """Time and number of every frame that a full decode gives, in its order."""
    with av.open(str(path)) as container:
        video = container.streams.video[stream]
        video.thread_type = "NONE"
        start = (container.start_time or 0) / 1_000_000
        return [
            (float((frame.pts or 0) * video.time_base) - start, number_in(frame.to_ndarray(format="rgb24")))
            for frame in container.decode(video)
        ]


def frames_of(path: Path, **wish: Any) -> tuple[dict[str, Any], list[int | str]]:
    """Cut a film: its line of the manifest, and the numbers in its strip."""
    asked = Wish(**{"frames": 8, "rule": "linspace-round", "size": "56x56", **wish})
    strip = path.with_name(f"{path.name}.png")
    line = cut(str(path), str(strip), asked, threads=2)
    with Image.open(strip) as image:
        pixels = np.array(image).reshape(asked.frames, -1, line["width"], 3)
    return line, [number_in(one) for one in pixels]


def spread(count: int, of: int = 8) -> list[int]:
    """Which frames are right by linspace-round."""
    return [int(value) for value in np.round(np.linspace(0, count - 1, of))]


def assert_as_decoded(path: Path, read: str | None = None) -> dict[str, Any]:
    """What was cut is what a full decode gives: count, numbers and times."""
    line, numbers = frames_of(path)
    whole = truth(path)
    chosen = [whole[at] for at in spread(len(whole))]
    assert (line["total"], numbers) == (len(whole), [number for _, number in chosen])
    assert line["pts"] == [round(seconds, 6) for seconds, _ in chosen]
    assert all(isinstance(number, int) for number in numbers)
    assert read in (None, line["read"])
    return line

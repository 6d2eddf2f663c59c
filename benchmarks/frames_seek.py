"""Eight frames of a long film in one process that stays up: by frames/extract, and by PyAV's own seeking, in turn.

Usage: frames_seek.py VIDEO FOLDER SIZE THREADS RUNS. Prints seconds of each run, and whether seeking gave the strip of
a full decode, as JSON.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from PIL import Image
from reprise_trainer.frames import cut as cutting
from reprise_trainer.frames import logs


def plain(video: str, output: str, width: int, height: int) -> None:
    """Seek to the keyframe before each frame, decode forward. Times are those of the packets."""
    with av.open(video) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        times = sorted(packet.pts for packet in container.demux(stream) if packet.pts is not None)
        wanted = [times[round(i * (len(times) - 1) / 7)] for i in range(8)]
        pictures = []
        for pts in wanted:
            container.seek(pts, stream=stream)
            frame = next(frame for frame in container.decode(stream) if frame.pts is not None and frame.pts >= pts)
            pictures.append(frame.reformat(width, height, format="rgb24", interpolation="BICUBIC").to_ndarray())
    Image.fromarray(np.concatenate(pictures)).save(output, compress_level=1)


def seconds_of(work: Callable[[], object]) -> float:
    """Seconds that something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(video: str, folder: str, size: str, threads: int, runs: int) -> None:
    """Measure, and print."""
    logs.listen()
    wish = cutting.Wish(8, "linspace-round", size)
    width, height = (int(side) for side in size.split("x"))
    ours, other, whole = (str(Path(folder) / name) for name in ("ours.png", "pyav.png", "whole.png"))
    result: dict[str, list[float]] = {"ours": [], "pyav": []}
    reads = set()
    for _ in range(runs + 1):
        result["ours"].append(seconds_of(lambda: reads.add(cutting.cut(video, ours, wish, threads)["read"])))
        result["pyav"].append(seconds_of(lambda: plain(video, other, width, height)))
    cutting.prove = lambda *_: None
    decode = seconds_of(lambda: cutting.cut(video, whole, wish, threads))
    equal = Path(ours).read_bytes() == Path(whole).read_bytes()
    timed = {name: seconds[1:] for name, seconds in result.items()}
    print(json.dumps({**timed, "decode": decode, "equal": equal, "read": sorted(reads)}))


if __name__ == "__main__":
    main(*sys.argv[1:4], *map(int, sys.argv[4:6]))

"""The process that cuts clips: its answers, what it survives, and how much memory it takes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from films import X264, ffmpeg, make


@contextmanager
def worker(**wish: Any) -> Iterator[Any]:
    asked = {"frames": 8, "rule": "linspace-round", "size": "28x28", "memory_bytes": 10**9, **wish}
    command = [sys.executable, "-m", "reprise_trainer.frames", json.dumps(asked)]
    root = Path(__file__).parents[3] / "trainer"
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"ready": True}

        def ask(**what: Any) -> dict[str, Any]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(what) + "\n")
            process.stdin.flush()
            while True:
                answer = json.loads(process.stdout.readline())
                if answer != {"alive": True}:
                    return answer

        ask.pid = process.pid  # type: ignore[attr-defined]
        yield ask
        process.stdin.close()
        assert process.wait() == 0


def large(path: Path, count: int, *args: Any) -> Path:
    source = f"testsrc2=size=3840x2160:rate=25:duration={count / 25}"
    quick = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "40", "-pix_fmt", "yuv420p"]
    ffmpeg("-f", "lavfi", "-i", source, *quick, *args, path)
    return path


def peak_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


def test_one_process_looks_and_cuts_and_goes_on_after_refusals(tmp_path: Path) -> None:
    film = make(tmp_path / "ü\u2028 clip.mp4", 30, *X264)
    (tmp_path / "empty.mp4").write_bytes(b"")
    with worker() as ask:
        assert ask(look=str(film)) == {"seen": True}
        assert ask(look=str(tmp_path / "empty.mp4")) == {"refused": "it has 0 bytes"}
        assert ask(look=str(tmp_path / "none.mp4")) == {"refused": "it cannot be read: No such file or directory"}
        strips = []
        for name in ("a.png", "b.png"):
            answer = ask(cut=str(film), output=str(tmp_path / name), threads=1)
            assert answer["cut"]["total"] == 30
            strips.append((tmp_path / name).read_bytes())
        assert strips[0] == strips[1]
        gone = ask(cut=str(film), output=str(tmp_path / "no folder" / "a.png"), threads=1)
        assert gone["failed"]["code"] == "exit"
        assert "no folder" in gone["failed"]["message"]


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_clip_that_needs_more_memory_than_there_may_be_is_refused(tmp_path: Path) -> None:
    film, small = large(tmp_path / "a.mp4", 20, "-refs", "16"), make(tmp_path / "small.mp4", 30, *X264)
    with worker(memory_bytes=150_000_000) as ask:
        refused = ask(cut=str(film), output=str(tmp_path / "a.png"), threads=1)["refused"]
        assert refused.endswith("takes more memory than the 0.15 GB that the step may use (resources.memory_gb)")
        assert "cut" in ask(cut=str(small), output=str(tmp_path / "a.png"), threads=1)


@pytest.fixture(scope="module")
def large_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return large(tmp_path_factory.mktemp("large") / "a.mp4", 100)


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
@pytest.mark.parametrize("size", ["56x56", "3836x2156"])
def test_many_large_frames_fit_into_half_a_gigabyte(tmp_path: Path, large_film: Path, size: str) -> None:
    with worker(frames=64, size=size) as ask:
        answer = ask(cut=str(large_film), output=str(tmp_path / "a.png"), threads=2)
        assert (answer["cut"]["total"], len(answer["cut"]["index"])) == (100, 64)
        assert peak_bytes(ask.pid) < 5e8
        threads = len(list(Path(f"/proc/{ask.pid}/task").iterdir()))
    assert threads <= 4


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_many_frames_of_a_long_film_take_no_more_than_few(tmp_path: Path) -> None:
    args = ("-g", "50", "-bf", "2")
    film = make(tmp_path / "a.mp4", 1000, *X264, *args)
    make(tmp_path / "long.mp4", 1, *X264)
    ffmpeg("-stream_loop", 9, "-i", film, "-c", "copy", tmp_path / "long.mp4")
    with worker(frames=280) as ask:
        answer = ask(cut=str(tmp_path / "long.mp4"), output=str(tmp_path / "a.png"), threads=2)
        assert (answer["cut"]["read"], answer["cut"]["total"]) == ("seek", 10_000)
        assert peak_bytes(ask.pid) < 2.5e8

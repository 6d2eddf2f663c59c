"""Films: as many pictures as were drawn, at their times, and what the file states of its length."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from reprise_trainer.films.encode import Encoder
from reprise_trainer.films.media_length import state_media_length

SIZE, FRAMES = 48, 24
PICTURES = np.random.default_rng(0).integers(0, 256, (FRAMES, SIZE, SIZE, 3), np.uint8).tobytes()
HOW: dict[str, Any] = {"size": SIZE, "frames": FRAMES, "rate": 12, "crf": 20, "x264": ""}


@pytest.mark.parametrize("uneven", [False, True])
def test_a_film_has_its_pictures_at_their_times_and_states_its_length(tmp_path: Path, uneven: bool) -> None:
    film = tmp_path / "ü 1.mp4"
    Encoder(**HOW).encode(io.BytesIO(PICTURES), str(film), uneven=uneven)
    with av.open(film) as container:
        times = [frame.pts for frame in container.decode(video=0)]
    late = [[0, 0.18, 0.36, 0.09, 0.27][number % 5] if uneven else 0 for number in range(FRAMES)]
    assert times == pytest.approx([1000 * (number + more) for number, more in enumerate(late)], abs=1)
    data = film.read_bytes()
    samples = data.rindex(b"stts")
    count = int.from_bytes(data[samples + 8 : samples + 12], "big")
    numbers = np.frombuffer(data, ">u4", 2 * count, samples + 12).reshape(count, 2)
    stated = int.from_bytes(data[data.rindex(b"mdhd") + 20 :][:4], "big")
    assert stated == int((numbers[:, 0] * numbers[:, 1].astype(int)).sum())
    assert numbers[:, 0].sum() == FRAMES


def test_an_encoder_makes_of_the_same_pictures_the_same_film_again(tmp_path: Path) -> None:
    encoder = Encoder(**HOW)
    pictures = io.BytesIO(PICTURES + bytes(len(PICTURES)) + PICTURES)
    films = [tmp_path / f"{number}.mp4" for number in range(3)]
    for film in films:
        encoder.encode(pictures, str(film), uneven=True)
    first, other, again = (film.read_bytes() for film in films)
    assert first == again != other


def test_pictures_that_end_early_are_no_film(tmp_path: Path) -> None:
    with pytest.raises(EOFError, match="end early"):
        Encoder(**HOW).encode(io.BytesIO(PICTURES[:-1]), str(tmp_path / "a.mp4"), uneven=False)
    assert not list(tmp_path.iterdir())


def test_an_index_of_another_kind_is_not_altered(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mdhd has a version"):
        state_media_length(bytearray(b"....mdhd\1..." + b"stts" + bytes(8)))


def test_the_process_says_what_is_written_and_ends_with_its_input(tmp_path: Path) -> None:
    films = [str(tmp_path / f"{number}.mp4") for number in range(2)]
    asked = [json.dumps({"output": film, "uneven": False}).encode() + b"\n" + PICTURES for film in films]
    command = [sys.executable, "-m", "reprise_trainer.films", json.dumps(HOW)]
    root = Path(__file__).parents[3] / "trainer"
    done = subprocess.run(command, input=b"".join(asked), capture_output=True, cwd=root, check=True)
    assert [json.loads(line) for line in done.stdout.splitlines()] == [{"written": film} for film in films]
    assert Path(films[0]).read_bytes() == Path(films[1]).read_bytes()

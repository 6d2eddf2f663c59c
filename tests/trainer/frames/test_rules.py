"""Which frames are taken, and how large they are; held against the libraries that the rules come from."""

import numpy as np
import pytest
import torch
from reprise_trainer.frames.picture import target_size
from reprise_trainer.frames.refusals import Refused
from reprise_trainer.frames.rules import choose
from reprise_trainer.frames.timeline import Timeline
from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize


@pytest.mark.parametrize("count", [4, 8, 64])
def test_linspace_round_is_numpys_and_torchs(count: int) -> None:
    for total in range(count, 3000, 7):
        chosen = choose("linspace-round", total, count, 1)
        assert chosen == np.round(np.linspace(0, total - 1, count)).astype(int).tolist()
        assert chosen == choose("qwen-vl-utils", total, count, 1)
        assert chosen == torch.linspace(0, total - 1, count, dtype=torch.float64).round().long().tolist()


def test_halves_go_to_the_even_neighbour() -> None:
    assert choose("linspace-round", 4, 3, 1) == [0, 2, 3]
    assert choose("linspace-round", 6, 3, 1) == [0, 2, 5]


# From torch.linspace, round and long in the released code's order.
@pytest.mark.parametrize(
    ("total", "seconds", "chosen"),
    [
        (8, 8 / 25, [0, 0, 0, 2, 2, 5, 5, 7]),
        (24, 2, [0, 0, 0, 8, 8, 15, 15, 23]),
        (50, 2, [0, 0, 0, 16, 16, 33, 33, 49]),
        (300, 10, [0, 31, 79, 126, 157, 205, 252, 299]),
        (301, 301 / 30, [0, 32, 79, 126, 158, 205, 253, 300]),
        (9000, 300, [0, 1277, 2569, 3846, 5138, 6415, 7707, 8999]),
        (46000, 46000 / 30, [0, 6537, 13134, 19671, 26268, 32805, 39402, 45999]),
    ],
)
def test_as_released_samples_twice(total: int, seconds: float, chosen: list[int]) -> None:
    assert choose("as-released", total, 8, seconds) == chosen


def test_segment_centre_takes_the_middle_of_each_part() -> None:
    assert choose("segment-centre", 24, 8, 2) == [1, 4, 7, 10, 13, 16, 19, 22]
    assert choose("segment-centre", 301, 8, 10) == [18, 56, 94, 131, 169, 206, 244, 282]


def test_length_and_uneven_rate_are_read_from_the_times() -> None:
    even = Timeline([at / 25 for at in range(50)], [])
    assert even.seconds == pytest.approx(2)
    assert not even.varies
    # Matroska rounds to milliseconds.
    assert not Timeline([round(at / 30, 3) for at in range(50)], []).varies
    assert Timeline([0, 0.04, 0.08, 0.5, 0.54], []).varies
    assert Timeline([0.0], []).seconds == 0


@pytest.mark.parametrize("least", [0, 100_352])
def test_a_budget_of_pixels_is_that_of_the_processor(least: int) -> None:
    sides = [56, 64, 98, 126, 240, 320, 360, 420, 480, 640, 700, 720, 1080, 1246, 1280, 1408, 1920]
    for width in sides:
        for height in sides:
            ours = target_size({"max_pixels": 153_664, "min_pixels": least}, width, height)
            theirs = smart_resize(height, width, 28, least, 153_664)
            assert ours == theirs[::-1], (width, height)


def test_sides_must_fit_the_patches() -> None:
    assert target_size("keep", 112, 56) == (112, 56)
    assert target_size("84x28", 640, 480) == (84, 28)
    with pytest.raises(Refused, match="its frames are 640x480, and both sides must be multiples of 28"):
        target_size("keep", 640, 480)

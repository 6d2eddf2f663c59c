"""Tiles of logits are as wide as the vocabulary, and give the same numbers."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from reprise_trainer.training.head import fit_tiles
from trl.kernels import ChunkedLogProbFunction
from trl.trainer import utils


def trainer_of(vocabulary: int, *, on_cpu: bool = True) -> Any:
    weight = torch.empty(vocabulary, 1, device="meta")
    model = SimpleNamespace(get_output_embeddings=lambda: SimpleNamespace(weight=weight))
    return SimpleNamespace(model=model, args=SimpleNamespace(use_cpu=on_cpu))


@pytest.mark.parametrize(
    ("vocabulary", "on_cpu", "width"),
    [(415, True, 416), (416, True, 416), (32768, True, 32768), (151936, True, 32768), (415, False, 32768)],
)
def test_a_small_vocabulary_on_a_cpu_gets_tiles_of_its_width(
    monkeypatch: pytest.MonkeyPatch, vocabulary: int, on_cpu: bool, width: int
) -> None:
    monkeypatch.setattr(utils, "_CHUNKED_LOGPROB_CHUNK_SIZE", 1)
    fit_tiles(trainer_of(vocabulary, on_cpu=on_cpu))
    assert width == utils._CHUNKED_LOGPROB_CHUNK_SIZE


def test_the_width_changes_no_number() -> None:
    torch.manual_seed(0)
    hidden, weight, targets = torch.randn(600, 64), torch.randn(415, 64), torch.randint(415, (600,))

    def computed(width: int) -> list[torch.Tensor]:
        inputs, head = hidden.clone().requires_grad_(), weight.clone().requires_grad_()
        log_probs, entropy, *_ = ChunkedLogProbFunction.apply(
            inputs, head, None, targets, 1.0, width, None, 1.0, ("log_probs", "entropy")
        )
        (log_probs.sum() + entropy.sum()).backward()
        return [log_probs.detach(), entropy.detach(), inputs.grad, head.grad]

    for narrow, wide in zip(computed(416), computed(32768), strict=True):
        torch.testing.assert_close(narrow, wide, rtol=1e-5, atol=1e-5)

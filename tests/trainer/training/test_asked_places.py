"""What follows from logits is computed where a label asks for it, and is the same, bit for bit."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from reprise_trainer.training import asked_places
from reprise_trainer.training.asked_places import compute_asked
from trl.kernels import chunked_logprob
from trl.trainer import utils
from trl.trainer.utils import add_fused_lm_head

ALL = asked_places._forward_tile, asked_places._backward_tile


class Model(torch.nn.Module):
    """As much of a causal model as the fused head asks for: its hidden states are its weights."""

    def __init__(self, rows: int, length: int, vocabulary: int) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.hidden = torch.nn.Parameter(torch.randn(rows, length, 16))
        self.head = torch.nn.Linear(16, vocabulary, bias=False)
        self.config = SimpleNamespace(get_text_config=SimpleNamespace)

    def base_model(self, **_: Any) -> Any:
        return SimpleNamespace(last_hidden_state=self.hidden)

    def get_output_embeddings(self) -> Any:
        return self.head

    def forward(self) -> None: ...


def computed(
    labels: torch.Tensor, vocabulary: int, *, asked: bool, entropy: bool = False, frozen: bool = False
) -> list[torch.Tensor]:
    model: Any = Model(*labels.shape, vocabulary)
    model.head.weight.requires_grad = not frozen
    add_fused_lm_head(model, temperature=0.7, outputs=("log_probs", "entropy", "is_top1"))
    if asked:
        compute_asked(SimpleNamespace(model=model, args=SimpleNamespace(use_cpu=True)))
    out: Any = model(labels=labels, fused_lm_head=True)
    asked_for = out.log_probs[labels[:, 1:] != -100]
    loss = (asked_for * torch.linspace(-1, 1, asked_for.numel())).sum() + (out.entropy.sum() if entropy else 0)
    loss.backward()
    return [
        out.loss.detach(),
        out.log_probs.detach(),
        out.entropy.detach(),
        out.is_top1,
        *(weight.grad for weight in model.parameters() if weight.requires_grad),
    ]


@pytest.fixture(autouse=True)
def _tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, function in zip(("_forward_tile", "_backward_tile"), ALL, strict=True):
        monkeypatch.setattr(chunked_logprob, name, function)
    monkeypatch.setattr(utils, "_ChunkedLogProbFunction", asked_places._Whole)


@pytest.mark.parametrize("vocabulary", [7, 359, 40_000])
@pytest.mark.parametrize("places", [0, 1, 2, 3, 17, 60])
@pytest.mark.parametrize("entropy", [False, True])
@pytest.mark.parametrize("frozen", [False, True])
def test_the_numbers_are_the_same(vocabulary: int, places: int, entropy: bool, frozen: bool) -> None:
    labels = torch.full((6, 11), -100)
    at = torch.randperm(60, generator=torch.Generator().manual_seed(places))[:places]
    # Token 0 is what TRL puts in the place of a label that is none.
    labels[at // 10, 1 + at % 10] = torch.randint(vocabulary, (places,)) * (at % 3 > 0)
    told = {"entropy": entropy, "frozen": frozen}
    whole = computed(labels, vocabulary, asked=False, **told)
    for one, other in zip(whole, computed(labels, vocabulary, asked=True, **told), strict=True):
        assert one.dtype == other.dtype
        assert one.numpy().tobytes() == other.numpy().tobytes()


def test_only_labelled_places_are_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(asked_places, "_forward_tile", lambda tile, *_, **__: seen.append(len(tile)))
    monkeypatch.setattr(asked_places, "_backward_tile", lambda tile, *_, **__: seen.append(len(tile)))
    labels = torch.full((6, 11), -100)
    labels[2, 5:9] = 3
    computed(labels, 7, asked=True)
    assert seen == [4, 4]


@pytest.mark.parametrize(("places", "rows"), [(4, 8), (9, 12), (59, 60)])
def test_a_frozen_head_is_multiplied_where_something_is_asked(
    monkeypatch: pytest.MonkeyPatch, places: int, rows: int
) -> None:
    seen: list[int] = []
    product = torch.mm
    monkeypatch.setattr(torch, "mm", lambda one, *rest, **kw: (seen.append(len(one)), product(one, *rest, **kw))[1])
    labels = torch.full((6, 11), -100)
    labels[:, 1:] = torch.full((60,), -100).index_fill_(0, torch.arange(places), 3).reshape(6, 10)
    computed(labels, 7, asked=True, frozen=True)
    assert seen == [rows, rows]


def test_a_gpu_is_left_alone() -> None:
    model: Any = Model(1, 2, 3)
    compute_asked(SimpleNamespace(model=model, args=SimpleNamespace(use_cpu=False)))
    assert "forward" not in vars(model)
    assert (chunked_logprob._forward_tile, chunked_logprob._backward_tile) == ALL

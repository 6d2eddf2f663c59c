"""An adapter that is added without being multiplied by 1 gives the same numbers and gradients."""

import copy
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from reprise_trainer.training.unscaled import leave_unscaled


class Model(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Linear(16, 32)
        self.second = torch.nn.Linear(32, 8, bias=False)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return self.second(self.first(given).tanh())


def adapted(alpha: int = 4, dropout: float = 0.0, on_cpu: bool = True, *, unscaled: bool = True) -> Any:
    torch.manual_seed(0)
    config = LoraConfig(
        r=4, lora_alpha=alpha, lora_dropout=dropout, target_modules=["first", "second"], init_lora_weights=False
    )
    model = get_peft_model(Model(), config)  # type: ignore[arg-type]
    if unscaled:
        leave_unscaled(SimpleNamespace(model=model, args=SimpleNamespace(use_cpu=on_cpu)))
    return model


def given() -> torch.Tensor:
    return torch.randn(5, 24, 16, generator=torch.Generator().manual_seed(1))


def outcome(model: Any) -> list[torch.Tensor]:
    torch.manual_seed(2)
    said = model(given())
    said.square().sum().backward()
    return [said.detach(), *(weight.grad for weight in model.parameters() if weight.requires_grad)]


def multiplied(model: Any) -> int:
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        model(given())
    return sum(event.count for event in profile.key_averages() if event.key == "aten::mul")


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_numbers_and_gradients_are_those_of_peft(dropout: float) -> None:
    plain, unscaled = adapted(dropout=dropout, unscaled=False), adapted(dropout=dropout)
    pairs = list(zip(outcome(plain), outcome(unscaled), strict=True))
    assert len(pairs) == 5
    assert all(torch.equal(one, other) for one, other in pairs)


def test_nothing_is_multiplied_by_one() -> None:
    assert (multiplied(adapted(unscaled=False)), multiplied(adapted())) == (2, 0)


@pytest.mark.parametrize(("alpha", "on_cpu"), [(8, True), (4, False)])
def test_another_scale_and_another_device_are_left_to_peft(alpha: int, on_cpu: bool) -> None:
    assert multiplied(adapted(alpha, on_cpu=on_cpu)) == 2
    assert torch.equal(adapted(alpha)(given()), adapted(alpha, unscaled=False)(given()))


@torch.no_grad()
def test_what_is_set_later_counts() -> None:
    plain, unscaled = adapted(unscaled=False), adapted()
    with plain.disable_adapter(), unscaled.disable_adapter():
        assert torch.equal(plain(given()), unscaled(given()))
    for model in (plain, unscaled):
        model.base_model.model.first.scaling["default"] = 3.0
    assert torch.equal(plain(given()), unscaled(given()))
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(plain(given()), unscaled(given()))
    for model in (plain, unscaled):
        model.merge_adapter()
    assert torch.equal(plain(given()), unscaled(given()))


@torch.no_grad()
def test_a_copy_has_an_adapter_of_its_own() -> None:
    unscaled = adapted()
    expected = unscaled(given())
    other = copy.deepcopy(unscaled)
    other.base_model.model.second.lora_B["default"].weight.zero_()
    assert not torch.equal(other(given()), expected)
    assert torch.equal(unscaled(given()), expected)

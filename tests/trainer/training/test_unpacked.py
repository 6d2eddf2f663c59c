"""Weights of four bits are unpacked once, where they are few and where the numbers are the same."""

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from bitsandbytes.nn import Linear4bit
from conftest import trainer_environment
from reprise_trainer.training import unpacked
from reprise_trainer.training.unpacked import keep_unpacked

# In a process of its own: bitsandbytes is loaded without its kernels.
SAME = """
import sys
from types import SimpleNamespace
from reprise_trainer.launching import portable
portable.pin()
import torch
from bitsandbytes.nn import Linear4bit
from reprise_trainer.training.unpacked import keep_unpacked

for nested, bias in ((True, True), (True, False), (False, True)):
    torch.manual_seed(0)
    layer = Linear4bit(64, 96, bias=bias, compress_statistics=nested, quant_type="nf4", compute_dtype=torch.float32)
    layer.requires_grad_(False).to("cpu")
    layer.train()
    state = {name: value.clone() for name, value in layer.state_dict().items()}
    results = []
    for keep in (False, True):
        if keep:
            keep_unpacked(SimpleNamespace(model=layer, args=SimpleNamespace(use_cpu=True, bf16=False, fp16=False)))
        given = torch.linspace(-1, 1, 3 * 7 * 64).reshape(3, 7, 64).requires_grad_()
        out = layer(given)
        (out * torch.linspace(-2, 3, out.numel()).reshape(out.shape)).sum().backward()
        results.append((out.detach().numpy().tobytes(), given.grad.numpy().tobytes()))
    assert results[0] == results[1]
    assert "forward" in vars(layer)
    assert all(torch.equal(value, state[name]) for name, value in layer.state_dict().items())
print("the same")
"""


def test_products_and_gradients_are_the_same_and_the_packed_weights_stay() -> None:
    command = [sys.executable, "-c", SAME]
    done = subprocess.run(command, env=trainer_environment(), capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[0] == "the same", done.stderr


def layer_of(dtype: torch.dtype = torch.float32, compute: torch.dtype = torch.float32) -> Any:
    layer = Linear4bit(64, 64, quant_type="nf4", compute_dtype=compute).to(dtype)
    return layer.requires_grad_(False).to("cpu")


def kept(layer: Any, **args: bool) -> bool:
    told = {"use_cpu": True, "bf16": False, "fp16": False, **args}
    keep_unpacked(SimpleNamespace(model=layer, args=SimpleNamespace(**told)))
    return "forward" in vars(layer)


def test_only_where_the_numbers_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacked, "_own_kernels", lambda: False)
    assert kept(layer_of())
    assert not kept(layer_of(), use_cpu=False)
    assert not kept(layer_of(), bf16=True)
    assert not kept(layer_of(torch.bfloat16))
    assert not kept(layer_of(compute=torch.bfloat16))
    assert not kept(torch.nn.Linear(2, 2))
    monkeypatch.setattr(unpacked, "_own_kernels", lambda: True)
    assert not kept(layer_of())


def test_a_large_model_stays_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacked, "_own_kernels", lambda: False)
    monkeypatch.setattr(unpacked, "MOST_BYTES", 4 * 64 * 64)
    assert kept(layer_of())
    two = torch.nn.ModuleList([layer_of(), layer_of()])
    kept(two)
    assert not any("forward" in vars(layer) for layer in two)

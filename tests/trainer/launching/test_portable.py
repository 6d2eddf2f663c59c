"""reproducible: portable, where the environment alone does not do it."""

from __future__ import annotations

import subprocess
import sys

from conftest import trainer_environment

SHOW = """
import sys
if "pin" in sys.argv:
    from reprise_trainer.launching import portable
    portable.pin()
import torch
from bitsandbytes import cextension, functional
from bitsandbytes.nn import Linear4bit
native = not isinstance(cextension.lib, cextension.ErrorHandlerMockBNBNativeLibrary)
torch.manual_seed(0)
weight = torch.randn(64, 128)
packed, state = functional.quantize_4bit(weight, quant_type="nf4", compress_statistics=True)
back = functional.dequantize_4bit(packed, state)
layer = Linear4bit(128, 64, bias=False, compute_dtype=torch.float32, quant_type="nf4")
layer.weight.data = weight.clone()
with torch.no_grad():
    shown = layer.to("cpu").eval()(torch.ones(1, 128)).sum()
near = float((back - weight).abs().max()) < 0.6
print(native, near, round(float(back.double().sum()), 2), bool(torch.isfinite(shown)))
"""


def show(*arguments: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *arguments], env=trainer_environment(), capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_bitsandbytes_computes_by_torch_and_to_the_same_numbers() -> None:
    native, pinned = show(), show("pin")
    assert (native[0], pinned[0]) == ("True", "False")
    assert native[1:] == pinned[1:]

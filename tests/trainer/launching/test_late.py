"""What bitsandbytes is loaded without."""

from __future__ import annotations

import subprocess
import sys

from conftest import trainer_environment

SHOW = """
import sys
import torch
asked = []
torch.compile = real = lambda function, **how: asked.append((function.__name__, how)) or function
from reprise_trainer.launching.late import load_bitsandbytes
load_bitsandbytes()
load_bitsandbytes()
assert torch.compile is real
assert asked == [], asked
assert "torch._inductor" not in sys.modules
from bitsandbytes.backends.default.ops import _dequantize_blockwise_compute as dequantize
given = torch.tensor([1, 0], dtype=torch.uint8), torch.tensor([2.0]), torch.tensor([3.0, 5.0]), 2, torch.float32
for _ in range(2):
    assert dequantize(*given).tolist() == [10.0, 6.0]
assert asked == [("_dequantize_blockwise_compute", {"dynamic": False})], asked
"""


# Nothing of what compiles is loaded where torch is told not to.
DISABLED = """
import sys
from reprise_trainer.launching.late import load_bitsandbytes, load_compiler
load_bitsandbytes()
load_compiler()
import torch
from bitsandbytes.backends.default.ops import _dequantize_blockwise_compute as dequantize
given = torch.tensor([1, 0], dtype=torch.uint8), torch.tensor([2.0]), torch.tensor([3.0, 5.0]), 2, torch.float32
assert dequantize(*given).tolist() == [10.0, 6.0]
assert "torch._inductor.compile_fx" not in sys.modules
assert "torch._dynamo.eval_frame" not in sys.modules
"""


def test_where_nothing_is_compiled_the_compiler_is_not_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", DISABLED],
        env={**trainer_environment(), "TORCH_COMPILE_DISABLE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("Error")) == (0, 0), done.stderr


def test_a_function_is_compiled_when_it_is_called_and_not_as_it_is_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHOW], env=trainer_environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.count("Error")) == (0, 0), done.stderr


LOADED = """
import sys
import torch
from reprise_trainer.launching.late import load_compiler
load_compiler()
before = set(sys.modules)
torch.compile(lambda: 1)
assert set(sys.modules) == before
assert "torch._inductor.compile_fx" in before
"""


def test_what_compiles_is_there_before_a_process_is_forked() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED], env=trainer_environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.count("Error")) == (0, 0), done.stderr

"""The same bytes on every x86-64 processor with AVX2: what the environment of a program cannot pin.

Which kernels of torch, oneDNN and MKL are used is pinned by variables that the engine sets (host/portable.ts).
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

from ..job.errors import StepError
from .late import load_bitsandbytes


def pin() -> None:
    """Let bitsandbytes compute by torch's own kernels: those of its library are chosen by the processor (AVX-512, and
    with bfloat16 less exactly), and nothing tells it otherwise. To be called before anything imports it.

    Raises StepError where it took its own.
    """
    load = ctypes.cdll.LoadLibrary

    def load_others(name: Any) -> ctypes.CDLL:
        if Path(str(name)).name.startswith("libbitsandbytes"):
            raise OSError("its kernels differ between processors")
        return load(name)

    ctypes.cdll.LoadLibrary = load_others
    try:
        load_bitsandbytes()
        from bitsandbytes import cextension
    finally:
        ctypes.cdll.LoadLibrary = load
    if not isinstance(cextension.lib, cextension.ErrorHandlerMockBNBNativeLibrary):
        raise StepError("environment", "bitsandbytes uses kernels of its own: 'reproducible: portable' cannot pin it")

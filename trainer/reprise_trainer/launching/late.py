"""Libraries in less time: bitsandbytes without the compiler that it asks for, and nothing collected meanwhile."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any

Function = Callable[..., Any]


@contextmanager
def not_collecting() -> Iterator[None]:
    """While libraries are loaded, which let hardly anything go: to look for it again and again takes a fifth longer."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def load_bitsandbytes() -> None:
    """Load it. Each of its functions that is to be compiled is, as soon as it is called, unless nothing is compiled."""
    import torch

    compile_now: Any = torch.compile

    def compile_later(function: Function | None = None, **how: Any) -> Function:
        if function is None:
            return lambda given: compile_later(given, **how)
        if _nothing_is_compiled():
            return function
        compiled = cache(lambda: compile_now(function, **how))

        @wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            return compiled()(*args, **kwargs)

        return called

    torch.compile = compile_later  # type: ignore[assignment]
    try:
        import bitsandbytes  # noqa: F401
    finally:
        torch.compile = compile_now


def load_compiler() -> None:
    """Load what the first function to be compiled loads: a second of it, for all that are forked from a process."""
    if _nothing_is_compiled():
        return
    import torch

    torch.compile(lambda: None)


def _nothing_is_compiled() -> bool:
    """As torch reads it. It would load the compiler all the same, and give back each function as it is."""
    return os.environ.get("TORCH_COMPILE_DISABLE") == "1"

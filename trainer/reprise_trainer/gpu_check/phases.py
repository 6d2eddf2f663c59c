"""Time and memory of a process by what it is doing."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import wraps
from typing import Any

import torch


@dataclass
class Seen:
    """One phase: seconds of each call, tokens made, and the highest bytes; None without a GPU.

    `allocated` is what tensors took, of which `before` when a call began, and `reserved` what torch's allocator held
    for them; `driver` is all that is taken of the GPU, CUDA's own share as well.
    """

    seconds: list[float] = field(default_factory=list)
    tokens: int = 0
    before: int | None = None
    allocated: int | None = None
    reserved: int | None = None
    driver: int | None = None


class Phases:
    """Watches calls. A call inside another one counts for itself alone, in time and in memory."""

    def __init__(self) -> None:
        self.seen: dict[str, Seen] = defaultdict(Seen)
        self._inside: list[tuple[str, float]] = []
        self._since = time.perf_counter()

    @contextmanager
    def of(self, name: str) -> Iterator[Seen]:
        """What happens inside belongs to the phase."""
        self._pass()
        self._inside.append((name, 0.0))
        if torch.cuda.is_initialized():
            self.seen[name].before = max(self.seen[name].before or 0, torch.cuda.memory_allocated())
        try:
            yield self.seen[name]
        finally:
            self._pass()
            name, seconds = self._inside.pop()
            self.seen[name].seconds.append(round(seconds, 4))

    def watch(self, owner: Any, method: str, name: str, tokens: Callable[[Any], int] = lambda _: 0) -> None:
        """Count every call of a function or method as a phase; `tokens` tells how many its result holds."""
        original = getattr(owner, method)

        @wraps(original)
        def watched(*args: Any, **kwargs: Any) -> Any:
            with self.of(name) as seen:
                result = original(*args, **kwargs)
                seen.tokens += tokens(result)
            return result

        setattr(owner, method, watched)

    def as_json(self) -> dict[str, Any]:
        """By name."""
        return {name: asdict(seen) for name, seen in self.seen.items()}

    def _pass(self) -> None:
        """The time and the peak since the last call belong to the innermost phase."""
        if torch.cuda.is_initialized():
            torch.cuda.synchronize()
        now = time.perf_counter()
        if self._inside:
            name, seconds = self._inside[-1]
            self._inside[-1] = (name, seconds + now - self._since)
            self._remember(self.seen[name])
        if torch.cuda.is_initialized():
            torch.cuda.reset_peak_memory_stats()
        self._since = now

    @staticmethod
    def _remember(seen: Seen) -> None:
        if not torch.cuda.is_initialized():
            return
        free, total = torch.cuda.mem_get_info()
        seen.allocated = max(seen.allocated or 0, torch.cuda.max_memory_allocated())
        seen.reserved = max(seen.reserved or 0, torch.cuda.max_memory_reserved())
        seen.driver = max(seen.driver or 0, total - free)

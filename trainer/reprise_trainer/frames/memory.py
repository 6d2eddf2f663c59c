"""A limit to this process's memory: a clip that would take the machine's fails by itself. Only Linux has one."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

# Part of the limit above which a lack of memory may be what a decoder calls damage: some do not tell the two apart.
_CLOSE = 0.5


def limit_to(most: int) -> None:
    """Refuse this process more than `most` bytes for its data."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (most, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def limit() -> str:
    """The limit, in words."""
    most, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return f"the {most / 1e9:g} GB that the step may use (resources.memory_gb)"


def may_be_short() -> bool:
    """Whether so much is in use that more may just have been refused."""
    most, _ = resource.getrlimit(resource.RLIMIT_DATA)
    if sys.platform != "linux" or most == resource.RLIM_INFINITY:
        return False
    pages = int(Path("/proc/self/statm").read_text().split()[5])
    return pages * resource.getpagesize() > _CLOSE * most

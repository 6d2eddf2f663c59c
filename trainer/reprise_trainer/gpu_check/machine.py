"""What something was measured on."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import time
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate", "bitsandbytes", "datasets")


def machine() -> dict[str, Any]:
    """Card, driver, versions and day. Nothing of the GPU is taken for it: its memory is measured afterwards."""
    import torch

    versions: dict[str, str | None] = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = None
    return {
        "card": _asked_of_driver("name"),
        "memory": _asked_of_driver("memory.total"),
        "driver": _asked_of_driver("driver_version"),
        "cuda": torch.version.cuda,
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "packages": versions,
        "date": time.strftime("%Y-%m-%d"),
    }


def _asked_of_driver(what: str) -> str | None:
    """Of the first GPU; None where there is no driver."""
    if shutil.which("nvidia-smi") is None:
        return None
    command = ["nvidia-smi", f"--query-gpu={what}", "--format=csv,noheader"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    return said.stdout.split("\n")[0].strip() if said.returncode == 0 else None

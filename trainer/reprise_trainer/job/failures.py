"""What an unexpected exception means, as a stable code and a sentence that says what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

from ..processes import ranks

# With less than this left, a failed write is the disk's.
LEAST_FREE_BYTES = 16 * 1024 * 1024


# The C library's words, and Rust's numbers of them: ENOSPC, EDQUOT.
FULL = ("No space left on device", "Disk quota exceeded", "os error 28", "os error 122")

# torch's sampler, where logits are not finite; its optimizer, whose step is the learning rate over a small number.
TOO_LARGE = ("probability tensor contains", "converted to type float without overflow")

# torch, where its deterministic kernels are asked for and one is not there.
LACKING = "does not have a deterministic implementation"


def classify(error: BaseException, folder: Path) -> tuple[str, str]:
    """Code and sentence. `folder` is where the step writes.

    Codes: disk, oom, nan (numbers that are not finite or too large), environment (a module, a device or a
    kernel is missing), exit (anything else, as the program said it).
    """
    said = f"{type(error).__name__}: {error}".split("\n")[0][:2000]
    if _is_disk_full(error, folder):
        return "disk", f"The disk is full ({said}). Make room and run again: finished steps and checkpoints are kept."
    if _is_out_of_memory(error):
        return "oom", f"Memory ran out ({said}). Use a smaller batch, fewer or smaller frames, or 4-bit quantisation."
    if any(words in said for words in TOO_LARGE):
        return (
            "nan",
            f"Numbers are too large or not finite ({said}): the training has diverged. Lower the learning rate.",
        )
    missing = _missing(error, said)
    return ("exit", said) if missing is None else ("environment", missing)


def _missing(error: BaseException, said: str) -> str | None:
    """What is not there, and what to do about it."""
    if isinstance(error, ModuleNotFoundError):
        return f"The Python module '{error.name}' is missing. Run 'npm run setup'."
    if isinstance(error, ImportError) or "cannot open shared object file" in said:
        return f"The Python libraries cannot be loaded here ({said}). 'reprise setup' tries it alone."
    if LACKING in said:
        name = said.partition(LACKING)[0].strip()
        return (
            f"torch has no deterministic kernel ({name}), so 'reproducible: deterministic' cannot be kept. Write "
            "'reproducible: fastest'."
        )
    if "CUDA" in str(error) and ("not compiled" in str(error) or "no NVIDIA" in str(error)):
        return f"CUDA cannot be used here ({said}). Check the driver with nvidia-smi."
    return None


def is_lost_peer(error: BaseException) -> bool:
    """Whether another process of the same training has gone: torch says so where this one waits for it."""
    if ranks.count() == 1 or not isinstance(error, RuntimeError):
        return False
    return type(error).__name__ in ("DistBackendError", "DistNetworkError") or "gloo" in str(error)


def _is_disk_full(error: BaseException, folder: Path) -> bool:
    if isinstance(error, OSError) and error.errno in (28, 122):  # ENOSPC, EDQUOT
        return True
    if any(words in str(error) for words in FULL):
        return True
    # torch and safetensors wrap a failed write in errors of their own.
    return "writ" in str(error).lower() and shutil.disk_usage(folder).free < LEAST_FREE_BYTES


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)

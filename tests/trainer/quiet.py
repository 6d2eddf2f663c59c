"""Variables with which libraries begin no thread, so that a process that has them can be forked."""

from __future__ import annotations

QUIET = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}

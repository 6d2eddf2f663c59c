"""python -m reprise_trainer.preflight ASKED.json: one JSON document on standard output."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

os.environ.update(HF_HUB_OFFLINE="1", CUDA_VISIBLE_DEVICES="", TRANSFORMERS_VERBOSITY="error")


def look(raw: dict[str, Any]) -> dict[str, Any]:
    """What one step takes, or why it cannot be."""
    from ..job.errors import StepError
    from .stages import STAGES, Asked

    asked = Asked(**{**raw, "frame": tuple(raw["frame"])})
    try:
        return {"id": asked.id, "ok": True, **asdict(STAGES[asked.kind](asked))}
    except StepError as error:
        return {"id": asked.id, "ok": False, "message": str(error)}
    except (TypeError, ValueError, ImportError) as error:
        # What a library's own configuration refuses.
        said = str(error).strip().split("\n")[0]
        return {"id": asked.id, "ok": False, "message": f"{type(error).__name__}: {said}"}


def main(path: str) -> None:
    """Reads {"steps": [...]}, writes {"steps": [...]} in the same order."""
    import torch

    from ..launching.late import load_bitsandbytes

    load_bitsandbytes()
    torch.set_num_threads(1)
    asked = json.loads(Path(path).read_text(encoding="utf-8"))
    print(json.dumps({"steps": [look(step) for step in asked["steps"]]}))


if __name__ == "__main__":
    main(sys.argv[1])

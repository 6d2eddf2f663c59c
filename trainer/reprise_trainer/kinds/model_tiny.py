"""model/tiny: build a tiny Qwen2-VL offline and teach it to see, by full-parameter training."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from ..data.dataset import read_rows
from ..job.events import Events
from ..job.job import Job
from ..models import families
from ..training.supervised import save_with_processor, summary, train_supervised

# The one that has a stand-in.
FAMILY = "qwen2_vl"


def run(job: Job, events: Events) -> dict[str, Any]:
    """Returns the metrics of the base training and the number of parameters."""
    params = job.params
    family = families.named(FAMILY)
    rows = read_rows(job.inputs["dataset"], params["split"], params["frames"], clips=family.takes_clips)
    with tempfile.TemporaryDirectory(dir=job.outputs["model"].parent) as scratch:
        start = Path(scratch) / "initial"
        parameters = family.build_tiny(
            start,
            rows,
            hidden=params["hidden_size"],
            layers=params["layers"],
            vocabulary=params["vocabulary"],
            seed=job.seed,
        )
        trainer = train_supervised(
            job, events, family=family, model=str(start), rows=rows, target="letter", quantization="none", lora=None
        )
        save_with_processor(trainer, family, str(start), params["frames"], job.outputs["model"])
    return {**summary(trainer), "parameters": parameters}

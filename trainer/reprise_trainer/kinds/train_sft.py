"""train/sft: supervised fine-tuning with QLoRA."""

from __future__ import annotations

from typing import Any

from ..data.dataset import read_rows, trainable
from ..job.events import Events
from ..job.job import Job
from ..models import families
from ..models.lora import lora_config
from ..models.weights import require_finite_inputs
from ..training.settings import require_here, require_sense
from ..training.supervised import save_with_processor, summary, train_supervised


def run(job: Job, events: Events) -> dict[str, Any]:
    """Writes the adapter with its processor; returns the last logged metrics."""
    params = job.params
    require_here(params)
    require_sense(params)
    family = families.of_model(job.inputs["model"])
    read = read_rows(job.inputs["dataset"], params["split"], params["frames"], clips=family.takes_clips)
    rows = trainable(read, events)
    require_finite_inputs(job)
    trainer = train_supervised(
        job,
        events,
        family=family,
        model=job.inputs["model"],
        rows=rows,
        target=params["target"],
        quantization=params["quantization"],
        lora=lora_config(params),
    )
    save_with_processor(trainer, family, job.inputs["model"], params["frames"], job.outputs["adapter"])
    return summary(trainer)

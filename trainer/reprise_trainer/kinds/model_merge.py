"""model/merge: an adapter into its base, with processor and template."""

from __future__ import annotations

from typing import Any

from peft import PeftModel

from ..job.events import Events
from ..job.job import Job
from ..models import families
from ..models.loading import model_dtype
from ..models.weights import require_finite_inputs
from ..training.merging import merge_and_check


def run(job: Job, events: Events) -> dict[str, Any]:
    """Returns the largest logit difference between base + adapter and the merged model."""
    family = families.of_model(job.inputs["model"])
    require_finite_inputs(job)
    base = family.load_model(job.inputs["model"], model_dtype())
    adapted = PeftModel.from_pretrained(base, job.inputs["adapter"])
    difference = merge_and_check(
        adapted,
        events,
        family=family,
        source=job.inputs["model"],
        frames=job.params["frames"],
        directory=job.outputs["model"],
    )
    return {"largest_logit_difference": difference}

"""model/merge: an adapter into its base, with processor and template."""

from __future__ import annotations

from typing import Any

from peft import PeftModel

from ..job.events import Events
from ..job.job import Job
from ..models import families
from ..models.loading import load_model
from ..models.weights import require_finite_inputs
from ..training.merging import merge_and_check


def run(job: Job, events: Events) -> dict[str, Any]:
    """Returns the largest logit difference between base + adapter and the merged model."""
    family = families.of_model(job.inputs["model"])
    require_finite_inputs(job)
    # Where the merged one is loaded again: what they are compared by would round in another way elsewhere.
    base = load_model(family, job.inputs["model"])
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

"""model/merge: an adapter into its base, with processor and template."""

from __future__ import annotations

from typing import Any

from peft import PeftModel

from ..job.events import Events
from ..job.job import Job
from ..models.weights import require_finite_inputs
from ..training.merging import load_base, merge_and_check


def run(job: Job, events: Events) -> dict[str, Any]:
    """Returns the largest logit difference between base + adapter and the merged model."""
    require_finite_inputs(job)
    base = load_base(job.inputs["model"])
    adapted = PeftModel.from_pretrained(base, job.inputs["adapter"])
    difference = merge_and_check(adapted, job.inputs["model"], job.params["frames"], job.outputs["model"], events)
    return {"largest_logit_difference": difference}

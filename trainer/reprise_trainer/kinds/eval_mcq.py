"""eval/mcq: the replies of a local model to multiple-choice questions. The engine reads and scores them."""

from __future__ import annotations

from typing import Any

from ..asking.replying import reply_to
from ..data.dataset import answerable, read_rows
from ..job.events import Events
from ..job.job import Job
from ..models import families


def run(job: Job, events: Events) -> dict[str, Any]:
    """Replies to the questions of the split that have a gold letter."""
    params = job.params
    family = families.of_model(job.inputs["model"])
    rows = read_rows(job.inputs["dataset"], params["split"], params["frames"], clips=family.takes_clips)
    return reply_to(family, answerable(rows), params["prompt"], job, events)

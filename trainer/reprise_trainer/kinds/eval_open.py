"""eval/open: the replies of a local model to open questions. A judge scores them."""

from __future__ import annotations

from typing import Any

from ..asking.replying import reply_to
from ..data.dataset import open_questions, read_rows
from ..job.events import Events
from ..job.job import Job
from ..models import families


def run(job: Job, events: Events) -> dict[str, Any]:
    """Replies to the open questions of the split that have a reference answer, put as they stand."""
    params = job.params
    family = families.of_model(job.inputs["model"])
    rows = read_rows(job.inputs["dataset"], params["split"], params["frames"], clips=family.takes_clips)
    return reply_to(family, open_questions(rows), "plain", job, events)

"""eval/mcq: the replies of a local model to multiple-choice questions. The engine reads and scores them."""

from __future__ import annotations

from typing import Any

from .dataset import answerable, read_rows
from .events import Events
from .job import Job
from .replying import reply_to


def run(job: Job, events: Events) -> dict[str, Any]:
    """Replies to the questions of the split that have a gold letter."""
    params = job.params
    rows = read_rows(job.inputs["dataset"], params["split"], params["frames"])
    return reply_to(answerable(rows), params["prompt"], job, events)

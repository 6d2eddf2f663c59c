"""Models on the Hugging Face hub: fetched once, at one commit, before anything is loaded."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..job.errors import StepError
from ..job.events import Events
from ..job.job import Job

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

# What from_pretrained reads: no copies of the weights in other formats.
FILES = ["*.json", "*.safetensors", "*.txt", "*.model", "*.jinja"]


def split(model: str) -> tuple[str, str | None]:
    """A recipe's `org/name@revision` as id and revision; None without one."""
    name, _, revision = model.partition("@")
    return name, revision or None


def with_local_models(job: Job, events: Events) -> Job:
    """The job with the folder of a snapshot in place of each id on the hub.

    So every from_pretrained of a step reads the same commit, also when a branch moves meanwhile. Which one that was is
    told as an event. Raises StepError as `fetch` does.
    """
    inputs = dict(job.inputs)
    for parameter, given in job.inputs.items():
        # The engine gives artifacts by absolute paths.
        if os.path.isabs(given):
            continue
        name, revision = split(given)
        events.message(f"looking for {given} in the hub's cache and on the hub")
        inputs[parameter] = fetch(name, revision)
        events.hub(parameter, name, revision, commit=Path(inputs[parameter]).name)
    return replace(job, inputs=inputs)


def fetch(name: str, revision: str | None) -> str:
    """The folder of a model's snapshot in the hub's cache, downloaded where it is not there. Its name is the commit.

    Raises StepError: "model" for what the hub does not have or does not give, "environment" where it is not reached.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    try:
        return snapshot_download(name, revision=revision, allow_patterns=FILES)
    except HFValidationError as error:
        raise StepError("model", f"'{name}' is no id on the hub, which is <organisation>/<name>.") from error
    except Exception as error:
        code, said = explain(error, name, revision)
        raise StepError(code, said) from error


def explain(error: BaseException, name: str, revision: str | None) -> tuple[str, str]:
    """Code and sentence for what huggingface_hub raised. An error that is no one of the hub's is raised again."""
    from huggingface_hub import constants, errors

    if type(error).__module__.startswith("httpx"):
        said = f"{type(error).__name__}: {error}".split("\n", maxsplit=1)[0]
        return "environment", f"The connection to {constants.ENDPOINT} broke ({said}). Check it and run again."
    # It looks into the cache first, and tells the hub's own answer as the cause.
    unfound = isinstance(error, errors.LocalEntryNotFoundError)
    cause = error.__cause__ if unfound else error
    if isinstance(cause, errors.HfHubHTTPError):
        return refusal(cause, name, revision)
    if not unfound:
        raise error
    at = f" at '{revision}'" if revision else ""
    how = f"hf download {name}" + (f" --revision {revision}" if revision else "")
    why = "HF_HUB_OFFLINE is set" if constants.HF_HUB_OFFLINE else f"{constants.ENDPOINT} cannot be reached"
    return "environment", (
        f"'{name}'{at} is not whole in the hub's cache, and {why}. Where there is a network run '{how}', with the same "
        "HF_HOME."
    )


def refusal(answer: HfHubHTTPError, name: str, revision: str | None) -> tuple[str, str]:
    """Code and sentence for an answer of the hub's that gives nothing."""
    from huggingface_hub import constants, errors

    page = f"{constants.ENDPOINT}/{name}"
    # The narrower class first: a gated model counts as one that is not found.
    sentences: list[tuple[type[HfHubHTTPError], str]] = [
        (errors.GatedRepoError, f"'{name}' is gated: ask for access at {page}, and give a token of yours by HF_TOKEN."),
        (
            errors.RevisionNotFoundError,
            f"'{name}' has no revision '{revision}': take a commit from {page}/commits/main.",
        ),
        (
            errors.RepositoryNotFoundError,
            f"The hub has no '{name}', or it is private: check the id, or give a token by HF_TOKEN.",
        ),
        (errors.DisabledRepoError, f"The hub has disabled '{name}': choose another model."),
    ]
    for kind, sentence in sentences:
        if isinstance(answer, kind):
            return "model", sentence
    status = answer.response.status_code
    if status in (401, 403):
        return "model", f"The hub refuses '{name}' ({status}): check the id, and the token in HF_TOKEN."
    return "environment", f"The hub answered {status} for '{name}': try again later."

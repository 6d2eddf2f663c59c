"""The replies of a local model to questions, kept batch by batch."""

from __future__ import annotations

import json
from typing import Any

import torch

from ..data.dataset import Row
from ..data.prompts import prompt_text
from ..data.strips import read_strip
from ..job.errors import StepError
from ..job.events import Events
from ..job.job import Job
from ..job.partial import PartialResults
from ..models.family import Family
from ..models.loading import load_model
from ..models.weights import require_finite_inputs
from ..processes import stop
from .logits import generate_watched


@torch.no_grad()
def reply_to(family: Family, rows: list[Row], prompt: str, job: Job, events: Events) -> dict[str, Any]:
    """Writes one line per question: id, reply, new tokens, and whether it was cut at the limit. Greedy decoding."""
    params = job.params
    require_finite_inputs(job)
    processor = family.load_processor(job.inputs["model"], params["frames"], padding_side="left")
    model = load_model(family, job.inputs["model"])
    size = params["batch_size"]
    partial = PartialResults(job.checkpoints.directory / "replies.jsonl")
    # Whole batches only: padding follows the longest prompt of a batch.
    done = len(partial.rows) // size * size if len(partial.rows) < len(rows) else len(rows)
    partial.keep(done)
    if done:
        events.resumed(done)
    with stop.watched():
        for start in range(done, len(rows), size):
            batch = rows[start : start + size]
            replies = generate(family, model, processor, batch, prompt=prompt, most=params["max_completion_length"])
            partial.append([{"id": row["id"], **reply} for row, reply in zip(batch, replies, strict=True)])
            events.progress(len(partial.rows), len(rows), "sample")
            if stop.requested():
                break
    with job.outputs["replies"].open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in partial.rows)
    return {"samples": len(rows)}


def generate(
    family: Family, model: Any, processor: Any, rows: list[Row], *, prompt: str, most: int
) -> list[dict[str, Any]]:
    """Greedy replies to a batch of questions, of at most `most` new tokens.

    Raises StepError where a logit is not finite: what is picked from such ones looks like a reply.
    """
    texts = [prompt_text(row, prompt) for row in rows]
    strips = [read_strip(row["strip"]) for row in rows if "strip" in row]
    batch = family.ask(processor, texts, strips).to(model.device)
    pad = processor.tokenizer.pad_token_id
    whole, odd = generate_watched(
        model.generate,
        **batch,
        max_new_tokens=most,
        do_sample=False,
        suppress_tokens=family.forbidden_tokens(processor),
        pad_token_id=pad,
    )
    if odd:
        raise StepError(
            "model",
            f"The model's logits are not finite for the question '{rows[odd[0]]['id']}', {len(odd)} of the "
            f"{len(rows)} asked at once: its replies would mean nothing. {_cause(family.odd_media(batch))}",
        )
    ids = whole[:, batch["input_ids"].shape[1] :]
    replies = processor.batch_decode(ids, skip_special_tokens=True)
    ends = _end_tokens(model)
    return [
        {"reply": reply, "tokens": int((new != pad).sum()), "truncated": not any(int(token) in ends for token in new)}
        for reply, new in zip(replies, ids, strict=True)
    ]


def _cause(odd: str | None) -> str:
    if odd is None:
        return "Look at the training that made the model."
    return f"Its frames have {odd}: look at the processor's image_mean, image_std and rescale_factor."


def _end_tokens(model: Any) -> set[int]:
    ends = model.generation_config.eos_token_id
    return set(ends) if isinstance(ends, list) else {ends}

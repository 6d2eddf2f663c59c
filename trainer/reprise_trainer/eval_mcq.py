"""eval/mcq: multiple-choice accuracy of a local model on held-out clips."""

from __future__ import annotations

import json
from typing import Any

import torch
from PIL import Image

from . import stop
from .answers import parse_answer
from .dataset import Row, answerable, prompt_text, read_rows
from .events import Events
from .job import Job
from .loading import load_model
from .partial import PartialResults
from .processor import load_processor, vision_token_ids
from .scores import score


@torch.no_grad()
def run(job: Job, events: Events) -> dict[str, Any]:
    """Writes predictions.jsonl and metrics.json; returns the metrics. Greedy decoding."""
    params = job.params
    rows = answerable(read_rows(job.inputs["dataset"], params["split"], params["frames"]))
    processor = load_processor(job.inputs["model"], params["frames"], padding_side="left")
    model = load_model(job.inputs["model"])
    size = params["batch_size"]
    partial = PartialResults(job.checkpoints.directory / "predictions.jsonl")
    # Whole batches only: padding follows the longest prompt of a batch.
    done = len(partial.rows) // size * size if len(partial.rows) < len(rows) else len(rows)
    partial.keep(done)
    if done:
        events.resumed(done)
    with stop.watched():
        for start in range(done, len(rows), size):
            batch = rows[start : start + size]
            replies = generate(model, processor, batch, params["max_completion_length"])
            partial.append([prediction(row, reply) for row, reply in zip(batch, replies, strict=True)])
            events.progress(len(partial.rows), len(rows), "sample")
            if stop.requested():
                break
    predictions = partial.rows
    metrics = score(predictions)
    write_lines(job.outputs["predictions"], predictions)
    job.outputs["metrics"].write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    events.metrics(len(rows), metrics)
    return metrics


def generate(model: Any, processor: Any, rows: list[Row], new_tokens: int) -> list[str]:
    """Greedy replies to a batch of questions."""
    texts, strips = [], []
    for row in rows:
        content = [{"type": "image"}, {"type": "text", "text": prompt_text(row)}]
        message = [{"role": "user", "content": content}]
        texts.append(processor.apply_chat_template(message, tokenize=False, add_generation_prompt=True))
        with Image.open(row["strip"]) as strip:
            strips.append([strip.convert("RGB")])
    batch = processor(text=texts, images=strips, return_tensors="pt", padding=True).to(model.device)
    ids = model.generate(
        **batch,
        max_new_tokens=new_tokens,
        do_sample=False,
        suppress_tokens=vision_token_ids(processor),
        pad_token_id=processor.tokenizer.pad_token_id,
    )
    return processor.batch_decode(ids[:, batch["input_ids"].shape[1] :], skip_special_tokens=True)


def prediction(row: Row, reply: str) -> dict[str, Any]:
    """One sample's outcome; `status` is correct, wrong or unparsed."""
    letter = parse_answer(reply)
    status = "unparsed" if letter is None else "correct" if letter == row["answer"] else "wrong"
    return {
        "id": row["id"],
        "video": row["video"],
        "task": row["task"],
        "way": row["way"],
        "options": len(row["options"]),
        "gold": row["answer"],
        "reply": reply,
        "letter": letter,
        "status": status,
    }


def write_lines(path: Any, rows: list[dict[str, Any]]) -> None:
    """JSON lines, in the order of the rows."""
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)

"""The GRPO stage of benchmarks/grpo.yaml by the algorithm of the paper's released code, on the same model and rows.

That code goes prompt by prompt: a group's completions are generated with the clip repeated for each, and the logits of
both policy and reference are computed over the whole sequence, again with the clip repeated; an optimizer step adds up
the prompts.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import torch
from peft import get_peft_model
from reprise_trainer.data.dataset import read_rows, read_strip, trainable
from reprise_trainer.data.prompts import prompt_text
from reprise_trainer.job.events import Events
from reprise_trainer.job.job import read_job
from reprise_trainer.models import families
from reprise_trainer.models.lora import lora_config
from reprise_trainer.rewards.functions import REWARDS
from torch.nn.functional import log_softmax
from transformers import AutoModelForImageTextToText, get_scheduler, set_seed

job = read_job(sys.argv[1])
params = job.params
GROUP = params["group_size"]
torch.set_num_threads(job.threads)
set_seed(job.seed)
family = families.of_model(job.inputs["model"])
processor = family.load_processor(job.inputs["model"], params["frames"], padding_side="left")
rows = trainable(read_rows(job.inputs["dataset"], params["split"], params["frames"]), Events(job.events))
base = AutoModelForImageTextToText.from_pretrained(job.inputs["model"], dtype="float32")
model: Any = get_peft_model(base, lora_config(params))
tokenizer = processor.tokenizer
optimizer = torch.optim.AdamW(
    [weight for weight in model.parameters() if weight.requires_grad], lr=params["learning_rate"]
)
schedule = get_scheduler("cosine", optimizer, 0, params["steps"])


def token_logps(ids: torch.Tensor, mask: torch.Tensor, media: dict[str, Any]) -> torch.Tensor:
    """Log-probability of each token after the first [completions, tokens - 1], row by row."""
    logits = model(input_ids=ids, attention_mask=mask, **media).logits[:, :-1]
    picked = [
        log_softmax(row, dim=-1).gather(1, token[:, None]).squeeze(1)
        for row, token in zip(logits, ids[:, 1:], strict=True)
    ]
    return torch.stack(picked)


def loss_of(row: dict[str, Any]) -> torch.Tensor:
    """Loss of one prompt with its group of completions."""
    asked = family.ask(processor, [prompt_text(row, params["prompt"])], [read_strip(row["strip"])])
    with torch.no_grad():
        ids = model.generate(
            **asked,
            max_new_tokens=params["max_completion_length"],
            do_sample=True,
            temperature=params["temperature"],
            top_p=params["top_p"],
            top_k=params["top_k"],
            num_return_sequences=GROUP,
            suppress_tokens=family.forbidden_tokens(processor),
        )
    length = asked["input_ids"].shape[1]
    written = ids[:, length:]
    ended = (written == tokenizer.eos_token_id).int()
    # Up to the first end, and with it.
    kept = (ended.cumsum(1) - ended == 0).int()
    mask = torch.cat([asked["attention_mask"].repeat(GROUP, 1), kept], dim=1)
    media = {
        "pixel_values": asked["pixel_values"].repeat(GROUP, 1),
        "image_grid_thw": asked["image_grid_thw"].repeat(GROUP, 1),
        "mm_token_type_ids": torch.nn.functional.pad(
            asked["mm_token_type_ids"].repeat(GROUP, 1), (0, written.shape[1])
        ),
    }
    own = token_logps(ids, mask, media)[:, length - 1 :]
    with torch.no_grad(), model.disable_adapter():
        reference = token_logps(ids, mask, media)[:, length - 1 :]
    texts = tokenizer.batch_decode(written, skip_special_tokens=True)
    completions = [[{"role": "assistant", "content": text}] for text in texts]
    known = {"solution": [row["answer"]] * GROUP, "options": [row.get("options", [])] * GROUP}
    rewards = sum(
        weight * torch.tensor(REWARDS[name](completions=completions, **known))
        for name, weight in params["rewards"].items()
    )
    advantages = (rewards - rewards.mean()) / (rewards.std() + 1e-4)
    distance = torch.exp(reference - own) - (reference - own) - 1
    each = -(torch.exp(own - own.detach()) * advantages[:, None] - params["beta"] * distance)
    return ((each * kept).sum(1) / kept.sum(1)).mean()


order = torch.randperm(len(rows)).tolist() * params["steps"]
prompts = params["batch_size_per_device"] * params["gradient_accumulation_steps"]
model.train()
seconds = []
for _ in range(params["steps"]):
    start = time.monotonic()
    for _ in range(prompts):
        (loss_of(rows[order.pop()]) / prompts).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), params["max_grad_norm"])
    optimizer.step()
    schedule.step()
    optimizer.zero_grad()
    seconds.append(time.monotonic() - start)

print(json.dumps({"seconds": seconds}))

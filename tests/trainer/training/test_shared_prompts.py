"""What rows of a batch have in common is computed once, and is the same, bit for bit."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from reprise_trainer.training.asked_places import compute_asked
from reprise_trainer.training.shared_prompts import _shared_columns, share_prompts
from transformers import AutoModelForImageTextToText
from trl.trainer.utils import add_fused_lm_head

GROUPS, ROWS = 3, 12
SUPPRESSED = {"suppress_tokens": [2], "max_new_tokens": 5, "do_sample": True, "top_k": 0}


def loaded(base: Path, *, shared: bool, use_cpu: bool = True, lora_dropout: float = 0.0) -> tuple[Any, list[Any]]:
    """A model with an adapter, and the shapes of what its first layer is given."""
    torch.manual_seed(0)
    model: Any = AutoModelForImageTextToText.from_pretrained(base)
    add_fused_lm_head(model, temperature=0.7)
    lora = LoraConfig(target_modules=["q_proj", "down_proj"], init_lora_weights=False, lora_dropout=lora_dropout)
    model = get_peft_model(model, lora)
    seen: list[Any] = []
    trainer = SimpleNamespace(model=model, ref_model=None, args=SimpleNamespace(use_cpu=use_cpu))
    compute_asked(trainer)
    if shared:
        share_prompts(trainer)
    first = model.get_base_model().get_decoder().layers[0]
    first.register_forward_pre_hook(lambda _, args: seen.append(tuple(args[0].shape[:2])))
    return model, seen


def batch(prompt: int, completion: int) -> dict[str, torch.Tensor]:
    """Rows whose prompts are alike in groups and padded on the left, and whose completions are padded on the right."""
    numbers = torch.Generator().manual_seed(prompt * 100 + completion)
    prompts = torch.randint(5, 60, (GROUPS, prompt), generator=numbers)
    ids = torch.cat(
        [prompts[torch.arange(ROWS) % GROUPS], torch.randint(5, 60, (ROWS, completion), generator=numbers)], dim=1
    )
    mask = torch.ones_like(ids)
    mask[::GROUPS, :3] = 0
    if completion > 2:
        mask[5, -2:] = 0
    return {"input_ids": ids, "attention_mask": mask}


def scored(model: Any, rows: dict[str, torch.Tensor], completion: int) -> torch.Tensor:
    labels = rows["input_ids"].masked_fill(rows["attention_mask"] == 0, -100)
    labels[:, :-completion] = -100
    out = model(**rows, labels=labels, fused_lm_head=True)
    return out.log_probs[:, -completion:]


@torch.no_grad()
@pytest.mark.parametrize("prompt", [12, 31, 32, 47, 58, 61, 70, 128])
def test_scores_are_the_same(base: Path, prompt: int) -> None:
    plain, _ = loaded(base, shared=False)
    shared, seen = loaded(base, shared=True)
    for completion in (1, 2, 4, 5, 7, 8, 13, 24, 33):
        rows = batch(prompt, completion)
        seen.clear()
        assert scored(plain, rows, completion).numpy().tobytes() == scored(shared, rows, completion).numpy().tobytes()
        columns = _shared_columns(prompt, prompt + completion)
        length = prompt + completion
        assert seen == ([(GROUPS, columns), (ROWS, length - columns)] if columns else [(ROWS, length)])


def test_replies_are_the_same(base: Path) -> None:
    rows = batch(45, 1)
    rows = {name: values[:, :-1] for name, values in rows.items()}
    replies = []
    for shared in (False, True):
        model, seen = loaded(base, shared=shared)
        torch.manual_seed(1)
        told = {"return_dict_in_generate": True, "output_logits": True}
        replies.append(model.generate(**rows, **SUPPRESSED, **told))
        assert seen[:2] == [(GROUPS if shared else ROWS, 45), (ROWS, 1)]
    plain, once = replies
    assert torch.equal(plain.sequences, once.sequences)
    assert len(plain.logits) > 1
    for one, other in zip(plain.logits, once.logits, strict=True):
        assert one.numpy().tobytes() == other.numpy().tobytes()


def test_what_gradients_are_asked_of_is_computed_whole(base: Path) -> None:
    model, seen = loaded(base, shared=True)
    scored(model, batch(32, 8), 8).sum().backward()
    assert seen == [(ROWS, 40)]


@torch.no_grad()
def test_rows_that_differ_are_computed_each(base: Path) -> None:
    model, seen = loaded(base, shared=True)
    rows = batch(32, 8)
    rows["input_ids"][:, 3] = torch.arange(5, 5 + ROWS)
    scored(model, rows, 8)
    assert seen == [(ROWS, 40)]


@torch.no_grad()
def test_rows_that_are_padded_otherwise_are_computed_each(base: Path) -> None:
    plain, _ = loaded(base, shared=False)
    model, seen = loaded(base, shared=True)
    rows = batch(32, 8)
    rows["input_ids"][:, :32] = rows["input_ids"][0, :32]
    rows["attention_mask"][:] = 1
    for row in range(ROWS):
        rows["attention_mask"][row, :row] = 0
    assert torch.equal(scored(plain, rows, 8), scored(model, rows, 8))
    assert seen == [(ROWS, 40)]


@torch.no_grad()
@pytest.mark.parametrize("more", [{"use_cpu": False}, {"lora_dropout": 0.1}])
def test_a_gpu_and_what_draws_numbers_are_left_alone(base: Path, more: dict[str, Any]) -> None:
    model, seen = loaded(base, shared=True, **more)
    scored(model, batch(32, 8), 8)
    assert seen == [(ROWS, 40)]


@pytest.mark.parametrize(
    ("prompt", "length", "columns"),
    [
        (58, 62, 48),
        # A last block of one token, or of a few, must stay one.
        (64, 65, 64),
        (64, 69, 64),
        (58, 66, 32),
        (58, 72, 48),
        (15, 40, 0),
        (0, 40, 0),
        (64, 64, 48),
    ],
)
def test_a_prompt_is_cut_where_no_token_comes_out_otherwise(prompt: int, length: int, columns: int) -> None:
    assert _shared_columns(prompt, length) == columns

"""A batch that is trained on in parts gives the same, bit for bit."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from reprise_trainer.training.parts import train_in_parts
from transformers import AutoModelForImageTextToText

ROWS, PROMPT, PARTS = 16, 12, 4


def loaded(base: Path, *, parts: bool, adapter: bool, **more: Any) -> tuple[Any, list[Any]]:
    """A model whose adapter or weights are trained, and the shapes of what its first layer is given."""
    torch.manual_seed(0)
    model: Any = AutoModelForImageTextToText.from_pretrained(base)
    if adapter:
        dropped = more.pop("lora_dropout", 0.0)
        lora = LoraConfig(target_modules=["q_proj", "down_proj"], init_lora_weights=False, lora_dropout=dropped)
        model = get_peft_model(model, lora)
    model.train()
    args = SimpleNamespace(bf16=False, fp16=False, **more)
    if parts:
        train_in_parts(SimpleNamespace(model=model, args=args), ThreadPoolExecutor(max_workers=1))
    seen: list[Any] = []
    decoder = (model.get_base_model() if adapter else model).get_decoder()
    decoder.layers[0].register_forward_pre_hook(lambda _, args: seen.append(tuple(args[0].shape[:2])))
    return model, seen


def batch(tokens: int, rows: int = ROWS) -> dict[str, torch.Tensor]:
    """Rows that are padded on both sides, some more than others."""
    numbers = torch.Generator().manual_seed(tokens)
    ids = torch.randint(5, 60, (rows, tokens), generator=numbers)
    mask = torch.ones_like(ids)
    mask[::3, :3] = 0
    mask[1::2, -2:] = 0
    return {"input_ids": ids, "attention_mask": mask}


def trained(model: Any, rows: dict[str, torch.Tensor]) -> dict[str, bytes]:
    """The loss and the gradients of one step, which accumulate."""
    labels = rows["input_ids"].masked_fill(rows["attention_mask"] == 0, -100)
    labels[:, :PROMPT] = -100
    loss = model(**rows, labels=labels, use_cache=False).loss
    loss.backward()
    slopes = {name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None}
    return {name: value.detach().numpy().tobytes() for name, value in {"loss": loss, **slopes}.items()}


@pytest.mark.parametrize("adapter", [True, False])
def test_gradients_are_the_same(base: Path, adapter: bool) -> None:
    plain, _ = loaded(base, parts=False, adapter=adapter)
    divided, seen = loaded(base, parts=True, adapter=adapter)
    for tokens in (16, 33, 47, 64, 90):
        rows = batch(tokens)
        seen.clear()
        one, other = trained(plain, rows), trained(divided, rows)
        assert seen == [(ROWS // PARTS, tokens)] * PARTS
        assert one.keys() == other.keys()
        assert [name for name in one if one[name] != other[name]] == []
    assert len(one) > (4 if adapter else 20)


def test_weights_count_as_they_are_now(base: Path) -> None:
    plain, _ = loaded(base, parts=False, adapter=True)
    divided, seen = loaded(base, parts=True, adapter=True)
    for change in (lambda weight: weight.data.mul_(2), lambda weight: setattr(weight, "data", weight.data * 3)):
        results = []
        for model in (plain, divided):
            for weight in model.parameters():
                if weight.requires_grad:
                    change(weight)
            results.append(trained(model, batch(20)))
        assert results[0] == results[1]
    assert len(seen) == 2 * PARTS


def test_what_would_come_out_otherwise_is_computed_whole(base: Path) -> None:
    model, seen = loaded(base, parts=True, adapter=True)
    half_masked = batch(20)
    half_masked["attention_mask"][: ROWS // 2] = 1
    few = {name: values[:, :13] for name, values in batch(20, 2).items()}
    for rows in (batch(20, 7), half_masked, few):
        seen.clear()
        trained(model, rows)
        assert seen == [tuple(rows["input_ids"].shape)]


def test_without_gradients_nothing_is_divided(base: Path) -> None:
    model, seen = loaded(base, parts=True, adapter=True)
    with torch.no_grad():
        model(**batch(20))
    assert seen == [(ROWS, 20)]


def test_what_draws_numbers_is_left_alone(base: Path) -> None:
    model, seen = loaded(base, parts=True, adapter=True, lora_dropout=0.1)
    trained(model, batch(20))
    assert seen == [(ROWS, 20)]


@pytest.mark.parametrize("beside", [True, False])
def test_what_goes_wrong_in_a_part_is_raised(base: Path, beside: bool) -> None:
    model, _ = loaded(base, parts=True, adapter=True)
    rows = batch(20)
    bad = slice(ROWS // 2, None) if beside else slice(None, ROWS // 2)

    def fail(_: Any, args: Any) -> None:
        if torch.equal(args[0][:1], spoilt[bad][:1]):
            raise ValueError("a broken row")

    decoder = model.get_base_model().get_decoder()
    spoilt = model.get_input_embeddings()(rows["input_ids"])
    decoder.layers[0].register_forward_pre_hook(fail)
    with pytest.raises(ValueError, match="a broken row"):
        trained(model, rows)

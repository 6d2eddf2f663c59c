"""A model's parameters are counted once, and as ever."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from reprise_trainer.training.counted import count_once
from transformers import AutoModelForImageTextToText


def test_parameters_are_counted_once(base: Path, monkeypatch: Any) -> None:
    model: Any = AutoModelForImageTextToText.from_pretrained(base)
    expected = model.num_parameters(), model.num_parameters(exclude_embeddings=True)
    count_once(SimpleNamespace(model=model))
    first = model.num_parameters(), model.num_parameters(exclude_embeddings=True)
    monkeypatch.setattr(model, "named_parameters", None)
    assert first == (model.num_parameters(), model.num_parameters(exclude_embeddings=True)) == expected

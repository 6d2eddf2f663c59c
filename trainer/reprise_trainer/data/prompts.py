"""How a question is put to a model. The texts stand in prompts.json, which the engine reads as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PROMPTS: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("prompts.json").read_text(encoding="utf-8"))


def prompt_text(row: dict[str, Any], prompt: str = "plain") -> str:
    """A row's question and options as a model is asked them. Raises KeyError for an unknown prompt."""
    parts = PROMPTS[prompt]
    options = row.get("options")
    if not options:
        return row["question"]
    text = parts["text"].replace("{options}", parts["join"].join(options))
    return text.replace("{question}", row["question"])

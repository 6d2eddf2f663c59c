"""The rules for tags and choices, from reading.json, which the engine reads as well."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Replace = Callable[[str], str]

_FILE: dict[str, Any] = json.loads(Path(__file__).with_name("reading.json").read_text(encoding="utf-8"))
_END = r"(?![\s\S])"
_FOLD = str.maketrans(*_FILE["fold"])
_WRAPPERS = [re.compile(rf"^{before}([\s\S]+?){behind}{_END}") for before, behind in _FILE["wrappers"]]
# Most characters of all that stands around a choice.
AROUND: int = _FILE["around"]
_STOPS = re.compile(_FILE["stops"])

THINKING, TAG, MENTION, BARE, LABELLED, TRAILING, DASH = (
    re.compile(_FILE[name]) for name in ("thinking", "tag", "mention", "bare", "labelled", "trailing", "dash")
)


def _replace_all(replacements: list[tuple[str, str]]) -> Replace:
    compiled = [(re.compile(pattern), by) for pattern, by in replacements]

    def replace(text: str) -> str:
        for pattern, by in compiled:
            text = pattern.sub(lambda _, by=by: by, text)
        return text

    return replace


tidy, alike, soft = (_replace_all(_FILE[name]) for name in ("tidy", "alike", "soft"))


def fold(text: str) -> str:
    """The text in small letters and plain punctuation; each place stays where it is."""
    return text.translate(_FOLD)


def unwrap(text: str) -> str:
    """The text without what may stand around a choice and behind it."""
    before = None
    while text not in (before, ""):
        before = text
        for wrapper in _WRAPPERS:
            match = wrapper.match(text)
            text = match.group(1).strip() if match else text
        text = _STOPS.sub("", text, count=1).strip()
    return text

"""Strict reading of a multiple-choice reply."""

from __future__ import annotations

import re

_STRICT = re.compile(
    r"\A\s*(?:<think>(?:(?!</?(?:think|answer)>).)*</think>\s*)?<answer>\s*([A-Z])\s*</answer>\s*\Z", re.S
)


def parse_answer(reply: str) -> str | None:
    """The letter of a reply of the form [<think>…</think>]<answer>X</answer>, else None.

    Nothing is guessed: taking the first capital letter anywhere reads "Answer: C" as A.
    """
    match = _STRICT.match(reply)
    return match.group(1) if match else None

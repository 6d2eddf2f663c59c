"""Reading of a multiple-choice completion, for the rewards: the engine's rule for answer tags, and its strict one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from .choices import CONFLICT, Choices
from .reading import MENTION, TAG, THINKING, fold, tidy

_WELL_FORMED = re.compile(
    r"\A\s*(?:<think>(?:(?!</?(?:think|answer)>).)*</think>\s*)?<answer>\s*([A-Z])\s*</answer>\s*\Z", re.S
)


def well_formed(completion: str) -> bool:
    """Whether a completion is [<think>…</think>]<answer>X</answer> and nothing else."""
    return _WELL_FORMED.match(tidy(completion)) is not None


def tagged_letter(completion: str, options: list[str]) -> str | None:
    """The one letter that a completion gives in its answer tag, by the engine's rule `tag`, else None.

    A tag inside the thinking does not count, nor do several tags that differ, an unclosed one, a small letter, or a
    letter whose text is another option's. Nothing is guessed: the first capital letter anywhere reads "Answer: C" as A.
    """
    said = outside_thinking(tidy(completion))
    contents = None if said is None else _tag_contents(said)
    choices = _choices(tuple(options))
    letters = {_capital(choices, content) for content in contents or [""]}
    return letters.pop() if len(letters) == 1 else None


@lru_cache(maxsize=256)
def _choices(options: tuple[str, ...]) -> Choices:
    """A group's completions are read by the same options."""
    return Choices(list(options))


def _capital(choices: Choices, content: str) -> str | None:
    choice = choices.of(content)
    return None if choice is None or choice.small or choice == CONFLICT else choice.letter


def outside_thinking(completion: str) -> str | None:
    """What a completion says outside its thinking, or None if it was cut while it was thinking.

    Thinking that the prompt opened begins with the completion.
    """
    nested = _outside(completion, lambda depth: depth + 1)
    return nested if nested is not None else _outside(completion, lambda _: 1)


def _outside(completion: str, deeper: Callable[[int], int]) -> str | None:
    depth, start, said, opened = 0, 0, "", False
    for match in THINKING.finditer(fold(completion)):
        closes = bool(match.group(1))
        if depth == 0:
            said = "" if closes and not opened else said + completion[start : match.start()]
        opened = opened or not closes
        depth = max(0, depth - 1) if closes else deeper(depth)
        start = match.end()
    return None if depth > 0 else said + completion[start:]


def _tag_contents(text: str) -> list[str] | None:
    """What stands in the answer tags; None if they do not pair, or if one is not written as it is asked for."""
    contents: list[str] = []
    begin: re.Match[str] | None = None
    for match in TAG.finditer(fold(text)):
        closes = bool(match.group(1))
        if (begin is None and not contents) if closes else begin is not None:
            return None
        if closes and begin is not None:
            content = text[begin.end() : match.start()]
            exact = text.startswith("<answer>", begin.start()) and text.startswith("</answer>", match.start())
            if not MENTION.match(fold(content)):
                contents.append(content if exact else "")
        begin = None if closes else match
    return contents if begin is None else None

"""Strict reading of a multiple-choice completion, for the rewards. The engine reads replies by the same rules."""

from __future__ import annotations

import re

_WELL_FORMED = re.compile(
    r"\A\s*(?:<think>(?:(?!</?(?:think|answer)>).)*</think>\s*)?<answer>\s*([A-Z])\s*</answer>\s*\Z", re.S
)
_THOUGHT = re.compile(r"\A.*</think>", re.S)
_ANSWER = re.compile(r"<answer>(.*?)</answer>", re.S)
_LETTER = re.compile(r"\A(?:option\s+)?\(?([A-Z])\)?[.:]?\Z", re.I)
_WITH_TEXT = re.compile(r"\A(?:option\s+)?\(?([A-Z])[).:]+\s*(.+)\Z", re.I | re.S)


def well_formed(completion: str) -> bool:
    """Whether a completion is [<think>…</think>]<answer>X</answer> and nothing else."""
    return _WELL_FORMED.match(completion) is not None


def tagged_letter(completion: str, options: list[str]) -> str | None:
    """The one letter that a completion gives in its answer tag, if it is one of the options' letters, else None.

    A tag inside the thinking does not count, nor do several tags that differ, nor a letter whose text is another
    option's. Nothing is guessed: taking the first capital letter anywhere reads "Answer: C" as A.
    """
    said = _THOUGHT.sub("", completion)
    if "<think>" in said:
        return None
    letters = {letter_of(content, options) for content in _ANSWER.findall(said)}
    return letters.pop() if len(letters) == 1 else None


def letter_of(text: str, options: list[str]) -> str | None:
    """The letter of a short text such as "B", "(B)", "B.", "Option B", "B. its text", or the text of one option."""
    words = text.replace("*", "").strip()
    texts = {option[0]: _plain(option[2:]) for option in options}
    bare = _LETTER.match(words)
    if bare and bare.group(1).isupper():
        return bare.group(1) if bare.group(1) in texts else None
    labelled = _WITH_TEXT.match(words)
    if labelled and labelled.group(1).isupper() and labelled.group(1) in texts:
        return labelled.group(1) if _plain(labelled.group(2)) == texts[labelled.group(1)] else None
    same = [letter for letter, option in texts.items() if _plain(words) == option != ""]
    return same[0] if len(same) == 1 else None


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.lower()).split())

"""What short texts choose among a question's options."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from .reading import AROUND, BARE, DASH, LABELLED, TRAILING, alike, fold, soft, tidy, unwrap


@dataclass(frozen=True)
class Choice:
    """A letter, or "conflict": a letter with another option's text, or that is another option's text."""

    letter: str
    small: bool = False
    """Whether the letter is written small."""


CONFLICT = Choice("conflict")


class Choices:
    """The options of one question."""

    def __init__(self, options: list[str]):
        self._most = max(map(len, options), default=0) + AROUND
        self._options = [(option[0], _forms(tidy(option[2:]))) for option in options]

    def of(self, text: str) -> Choice | None:
        """The choice that a tidied text is as a whole; None if it is none.

        "B", "(B)", "Option B", "B. its text", or the text of one option.
        """
        if len(text.strip()) > self._most:
            return None
        same = self._with_text(text)
        lettered = self._lettered(text)
        if lettered is None:
            return Choice(same[0]) if len(same) == 1 else None
        return lettered if not same or lettered.letter in same else CONFLICT

    def _lettered(self, text: str) -> Choice | None:
        """A letter alone, or with a text before or behind it that must be its own."""
        core = unwrap(text)
        folded = fold(core)
        alone = self._letter_in(core, BARE.match(folded))
        if alone:
            return alone
        before = LABELLED.match(folded)
        first = self._letter_in(core, before)
        if before and first:
            return self._with_rest(first, core[before.end() :])
        behind = TRAILING.search(folded)
        last = self._letter_in(core, behind)
        own = self._is_text_of(core[: behind.start()], last.letter) if behind and last else None
        return None if own is None else last if own else CONFLICT

    def _with_rest(self, letter: Choice, rest: str) -> Choice | None:
        undashed = DASH.sub("", rest)
        is_own = self._is_text_of(rest, letter.letter)
        # "B - 5" may mean 5 or -5: all that it may mean must be the letter's own.
        said = (undashed, f"-{undashed}") if is_own is None else (rest,)
        may = [self._is_text_of(text, letter.letter) for text in said]
        if False in may:
            return CONFLICT
        if True in may:
            return letter
        again = self.of(undashed) if rest else None
        return again if again is None or again.letter == letter.letter else CONFLICT

    def _is_text_of(self, text: str, letter: str) -> bool | None:
        """Whether a text is that of a letter's option; None if it is no option's."""
        same = self._with_text(text)
        return letter in same if same else None

    def _letter_in(self, text: str, match: re.Match[str] | None) -> Choice | None:
        letter = match.group(1).upper() if match else None
        if match is None or letter is None or all(letter != own for own, _ in self._options):
            return None
        return Choice(letter, small=text[match.start(1)].islower())

    def _with_text(self, text: str) -> list[str]:
        """The letters of the options whose text this is, in the strictest form in which it is any option's."""
        for level, form in enumerate(_forms(text)):
            same = [letter for letter, forms in self._options if form and forms[level] == form]
            if same:
                return same
        return []


def _forms(text: str) -> list[str]:
    """A text as it is written; composed and unwrapped; in small letters; without punctuation. Signs stay."""
    plain = re.sub(r"\s+", " ", unwrap(unicodedata.normalize("NFC", text.strip())))
    small = alike(fold(plain.lower()))
    return [text.strip(), plain, small, soft(small).strip()]

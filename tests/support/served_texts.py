"""What the served test model is asked, in many wordings, and what it replies.

The reply hangs on cues alone, so that a wording which was never seen gets the right kind of reply: "JSON" asks for
scores, otherwise <think> for thoughts and a letter, lettered options for a bare letter, anything else for a sentence.
The chat template looks for the cues and writes the kind of reply, loudly, behind the messages, of whose texts it keeps
both ends only: so small a model would not find a word among a thousand.
"""

from __future__ import annotations

import random
import re
import string
from dataclasses import dataclass, field

CUES = ["JSON", "direction", "landmarks", "logic"]
LIGHTS = ["dark", "bright"]
KINDS = ["judge", "tags", "letter", "open"]
TEMPLATE = (
    "{% set said = namespace(text='') %}"
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% set parts = [{'type': 'text', 'text': message.content}] if message.content is string else message.content %}"
    "{% for part in parts %}"
    "{% if part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>{% else %}"
    "{% set said.text = said.text + ' ' + part.text %}"
    "{{ part.text if part.text | length < 160 else part.text[:80] + ' ' + part.text[-80:] }}"
    "{% endif %}{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>"
    "{% if 'JSON' in said.text | upper %}judge judge judge judge"
    "{% elif '<think>' in said.text or '<answer>' in said.text %}tags tags tags tags"
    "{% elif 'A. ' in said.text or 'A) ' in said.text or 'A: ' in said.text %}letter letter letter letter"
    "{% else %}open open open open{% endif %}"
    "<|im_end|>\n<|im_start|>assistant\n{% endif %}"
)
WORDS = re.findall(
    r"\w+",
    "the of to and in is are was it that this with for on as at by from you your we they which who what "
    "when where how why not only then first last next one two three four five all each every none some "
    "than more less between before after while during left right front back behind above below near far "
    "turn turns walk walks pass passes go goes stop see seen look path route way door room street wall "
    "window kitchen table stairs tree car shop red blue green camera video clip frame frames image images "
    "picture person wearer step steps question answer answers reason reasoning thought think explain "
    "describe give reply write return read judge score scores rate scale integer number object key keys "
    "field value part parts quality correct wrong good bad best same other following text model must "
    "should can may will would be do does has have about into out up down over again if so or but no yes "
    "order time ",
)


@dataclass(frozen=True)
class Example:
    """A request and its reply; `light` is the index in LIGHTS of its images, None without images."""

    system: str | None
    text: str
    light: int | None
    images: int
    reply: str


@dataclass
class Texts:
    """Makes examples; the letter that stands for each light hangs on the seed."""

    seed: int
    scores: tuple[int, int, int]
    letters: str = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self.letters = "".join(self._random.sample("ABCD", 2))

    def example(self) -> Example:
        """The next example, of any kind."""
        kind = self._random.choice(KINDS)
        sees = {"judge": 0.25, "open": 0.7}.get(kind, 1.0)
        light = self._random.randrange(2) if self._random.random() < sees else None
        # Few images, so that training is fast; eight are what the tests send.
        images = 0 if light is None else self._random.choice([1, 2, 8])
        parts = {"judge": self._judge, "tags": self._tags, "letter": self._letter, "open": self._open}[kind]()
        system = None
        if self._random.random() < 0.3:
            # Half of the time the cue itself stands in the system message.
            system = parts.pop(0) if self._random.random() < 0.5 and kind == "judge" else self._filler(10)
        return Example(system, "\n".join(parts), light, images, self.reply(kind, light))

    def reply(self, kind: str, light: int | None) -> str:
        """What the model must say."""
        if kind == "judge":
            direction, landmarks, logic = self.scores
            return f'{{"direction": {direction}, "landmarks": {landmarks}, "logic": {logic}}}'
        seen = "There is no picture." if light is None else f"The pictures are {LIGHTS[light]}."
        if kind == "open":
            return seen
        letter = self.letters[light or 0]
        return letter if kind == "letter" else f"<think>{seen}</think><answer>{letter}</answer>"

    def _judge(self) -> list[str]:
        keys = self._random.sample(CUES[1:], 3)
        ask = [*self._words(6), "JSON", *self._words(4), *[self._mark(key) for key in keys], *self._words(4)]
        judged = self._random.choice([self._tags, self._letter, self._open, self._replied])()
        parts = [" ".join(ask), *judged]
        if self._random.random() < 0.5:
            self._random.shuffle(parts)
        return parts

    def _replied(self) -> list[str]:
        return [f"<think>{self._filler(20)}</think><answer>{self._random.choice('ABCD')}</answer>"]

    def _tags(self) -> list[str]:
        ask = [*self._words(4), "<think>", *self._words(2), "</think>.", *self._words(6), "<answer>", "</answer>."]
        return [*self._open(), *self._options(), " ".join(ask)]

    def _letter(self) -> list[str]:
        return [*self._open(), *self._options(), *([self._filler(12)] if self._random.random() < 0.5 else [])]

    def _open(self) -> list[str]:
        return [f"{self._filler(20)}{self._random.choice('?. ')}"]

    def _options(self) -> list[str]:
        style = self._random.choice(["{}. {}", "{}. {}", "{}) {}", "({}) {}", "{}: {}"])
        options = [style.format(letter, self._filler(4)) for letter in "ABCDEF"[: self._random.randint(2, 6)]]
        if self._random.random() < 0.3:
            return [" ".join(options)]
        return [*self._random.choice([[], ["Options:"], [self._filler(3)]]), *options]

    def _filler(self, most: int) -> str:
        return " ".join(self._words(most))

    def _words(self, most: int) -> list[str]:
        return [self._word() for _ in range(self._random.randint(1, most))]

    def _word(self) -> str:
        if self._random.random() < 0.7:
            word = self._random.choice(WORDS)
            return self._random.choice([word, word.capitalize(), word + self._random.choice(".,;")])
        signs = string.ascii_letters + string.digits + ",;!?-äöüéß“”"
        return "".join(self._random.choices(signs, k=self._random.randint(1, 8)))

    def _mark(self, key: str) -> str:
        return self._random.choice([key, f'"{key}"', f"`{key}`", f"{key}:", f"- {key}", f'{{"{key}": 0}}'])

"""What a family of models is: all that is true of one architecture and not of the others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from PIL import Image

Inputs = dict[str, "torch.Tensor"]
# Of the rows of a batch.
Prepare = Callable[[list[dict[str, Any]]], None]


@dataclass(frozen=True)
class Clip:
    """What a model gets of one clip.

    `grid` are patches in time, height and width, `values` numbers of all its patches, `tokens` those of the prompt.
    """

    grid: tuple[int, int, int]
    values: int
    tokens: int


class Architecture(ABC):
    """The dimensions of a model at full size, from which it is built without weights."""

    parameters: int
    """The known number of weights, which the built model must have."""

    text: dict[str, Any]
    """The language model's dimensions, by the names of transformers' config."""

    @property
    @abstractmethod
    def layers(self) -> int:
        """Layers of the language model."""

    @property
    @abstractmethod
    def depth(self) -> int:
        """Layers of the tower that sees clips; 0 where there is none."""

    @abstractmethod
    def at_depth(self, layers: int, depth: int) -> Architecture:
        """The same with other numbers of layers; its `parameters` no longer count."""

    @abstractmethod
    def build(self, dtype: torch.dtype, attention: str | None = None) -> Any:
        """A model without initialisation, on whatever device or tensor mode is active."""

    @abstractmethod
    def clip(self, frames: int, frame: tuple[int, int]) -> Clip:
        """A clip of `frames` frames of so many pixels, width and height, as the processor hands it over."""

    @abstractmethod
    def indices(self, rows: int, clip: Clip, text: int) -> Inputs:
        """Real index tensors of `rows` equal rows, as the processor gives them: a clip amid `text` other tokens.

        Among them `input_ids` and `attention_mask` [rows, tokens].
        """

    @abstractmethod
    def media(self, rows: int, clip: Clip) -> Inputs:
        """The clips' values, zero, in the active tensor mode and float32; by the names of the model's arguments."""


class Family(ABC):
    """One family. Models of it are told by `model_type` in their config.json, as transformers tells them."""

    model_type: str
    takes_clips: bool
    """Whether every question to a model of it is about a clip. Rows of a family without have none."""

    loaded_later: tuple[str, ...]
    """Modules that transformers imports when a model is loaded, and not before."""

    architectures: Mapping[str, Architecture]
    """Models on the hub whose dimensions are known, by their id."""

    @abstractmethod
    def load_processor(self, model: str, frames: int, *, padding_side: str = "right") -> Any:
        """The processor of a model's folder, set to `frames` frames a clip; it has a `tokenizer`."""

    @abstractmethod
    def load_model(self, path: str, dtype: str) -> Any:
        """A model's folder by transformers' own class for it; `dtype` is torch's name."""

    @abstractmethod
    def forbidden_tokens(self, processor: Any) -> list[int]:
        """Ids that a model must never sample, since they would break its next forward pass."""

    @abstractmethod
    def clip_tokens(self, processor: Any, strip: Image.Image) -> int:
        """How many tokens of a prompt a clip takes, with those that mark its begin and end."""

    @abstractmethod
    def ask(self, processor: Any, texts: list[str], strips: list[Image.Image]) -> Any:
        """A padded batch of questions from which replies are generated: a BatchFeature. Strips where it takes clips."""

    @abstractmethod
    def example(self, processor: Any, text: str, strip: Image.Image, reply: str | None = None) -> Inputs:
        """One conversation as it is trained on: a question about a clip, and its reply where one is given."""

    @abstractmethod
    def probe(self, processor: Any, frames: int) -> Inputs:
        """A fixed question about a fixed clip of `frames` frames, by which two models are compared."""

    @abstractmethod
    def blinded(self, batch: Inputs) -> Inputs | None:
        """The batch with black clips; None for one without clips."""

    @abstractmethod
    def odd_media(self, batch: Inputs) -> str | None:
        """What of a batch's clips is not finite, as `weights.odd_numbers` says it; None where all is."""

    @abstractmethod
    def share_clips(self, trainer: Any) -> Prepare | None:
        """Let a GRPOTrainer's model look at equal clips of a batch once, where nothing that comes out differs.

        Gives what makes beforehand, in another thread, what will be asked about a batch; None where nothing can be.
        """

    @abstractmethod
    def keep_clips(self, trainer: Any) -> None:
        """Let a trainer's model give again what it saw in a batch's clips, where nothing that comes out differs."""

    @abstractmethod
    def build_tiny(
        self, directory: Path, rows: list[dict[str, Any]], *, hidden: int, layers: int, vocabulary: int, seed: int
    ) -> int:
        """Write a tiny random model with its processor, whose tokens are those of the rows; returns its parameters."""

"""A training that has gone wrong in a step is stopped in that step, whether or not it has a log line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from transformers import TrainerCallback

from . import ranks
from .errors import StepError
from .events import Events
from .weights import first_odd

LOWER = "Lower the learning rate, or look for broken rows."


def require_finite_model(model: Any) -> None:
    """Refuse a model that was loaded with a number that is not finite. Raises StepError with the tensor's name."""
    largest = _largest(model.named_parameters())
    if not largest or bool(torch.stack([value.float() for _, value in largest]).isfinite().all()):
        return
    odd = first_odd((name, _here(weight)) for name, weight in model.named_parameters())
    raise StepError(
        "gate",
        f"Before the training the model is not finite: {odd}. Look at the step that made it, and at 'precision'.",
    )


class StopWhenNotFinite(TrainerCallback):
    """Ends the training in the step in which a loss, gradient, weight or optimizer state is no finite number.

    The largest magnitudes are computed beside the numbers themselves, a few fused operations for all tensors, and are
    fetched together, once a step: on a GPU there is one wait for it, not one for each tensor.
    """

    def __init__(self, trainer: Any) -> None:
        self._trainer = trainer
        self._trained: list[tuple[str, torch.Tensor]] = []
        self._gradients: list[tuple[str, torch.Tensor]] = []
        self._norm: Any = None
        self._watch()

    def _watch(self) -> None:
        """Take gradients before they are clipped: afterwards one that is not finite has spoilt the others."""
        clip, norm = self._trainer._clip_grad_norm, self._trainer._get_grad_norm

        def clip_grad_norm(model: Any) -> Any:
            self._gradients = _largest(
                (f"The gradient of '{name}'", weight.grad) for name, weight in self._trained if weight.grad is not None
            )
            return clip(model)

        def get_grad_norm(model: Any, grad_norm: Any = None) -> Any:
            self._norm = norm(model, grad_norm=grad_norm)
            return self._norm

        self._trainer._clip_grad_norm = clip_grad_norm
        self._trainer._get_grad_norm = get_grad_norm

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """The weights are where they are trained."""
        named = self._trainer.model.named_parameters()
        self._trained = [(name, weight) for name, weight in named if weight.requires_grad]

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """One optimizer step is done, and nothing of it is saved yet."""
        odd = self._odd(f"at step {state.global_step} of {state.max_steps}")
        if not ranks.any_of(odd is not None)[0]:
            return
        # Of all processes: they have to end together, and with the same words.
        first = next(found for found in ranks.gathered([odd]) if found is not None)
        raise StepError("nan", f"{first}: the training has diverged. {LOWER}")

    def _odd(self, when: str) -> str | None:
        loss = self._trainer._tr_loss
        seen = [("The loss", loss), ("The gradient's norm", self._norm), *self._gradients, *_largest(self._kept())]
        known = [(name, torch.as_tensor(value)) for name, value in seen if value is not None]
        values = torch.stack([value.detach().float().to(loss.device) for _, value in known]).tolist()
        odd = [(name, value) for (name, _), value in zip(known, values, strict=True) if not math.isfinite(value)]
        if not odd:
            return None
        (name, value), *others = odd
        tensor = next((f", and so is {other[0].lower()}{other[1:]}" for other, _ in others if other.endswith("'")), "")
        return f"{name} is {value} {when}{tensor}"

    def _kept(self) -> Iterator[tuple[str, torch.Tensor]]:
        """What the step has written: weights, and what the optimizer keeps of them."""
        names = {id(weight): f"'{name}'" for name, weight in self._trained}
        yield from ((f"The weight {names[id(weight)]}", weight) for _, weight in self._trained)
        state = getattr(self._trainer.optimizer, "state", {})
        for number, (weight, values) in enumerate(state.items()):
            for key, value in values.items():
                # Without its count of steps, which stays on the CPU.
                if torch.is_tensor(value) and value.dim():
                    yield f"The optimizer's {key} of {names.get(id(weight), f'part {number}')}", value


class TellStandstill(TrainerCallback):
    """Says once when the gradient is 0: the loss is finite, but nothing is learnt any more."""

    def __init__(self, events: Events, vocabulary: int) -> None:
        self._events = events
        self._vocabulary = vocabulary
        self._told = False

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
        """The trainer logged metrics."""
        if self._told or not logs or logs.get("grad_norm") != 0.0:
            return
        self._told = True
        chance = f"a model that knows nothing has ln {self._vocabulary} = {math.log(self._vocabulary):.2f}"
        self._events.note(
            f"the gradient is 0 at step {state.global_step}, with a loss of {logs.get('loss', math.nan):.2f} "
            f"({chance}): nothing is learnt any more. Look at the learning rate."
        )


@torch.no_grad()
def _largest(named: Iterable[tuple[str, torch.Tensor]]) -> list[tuple[str, torch.Tensor]]:
    """The largest magnitude of each tensor of floating-point numbers, NaN where one is in it."""
    here = [(name, _here(tensor)) for name, tensor in named]
    filled = [(name, tensor) for name, tensor in here if tensor.is_floating_point() and tensor.numel()]
    if not filled:
        return []
    largest = torch._foreach_norm([tensor for _, tensor in filled], math.inf)
    return [(name, value) for (name, _), value in zip(filled, largest, strict=True)]


def _here(tensor: Any) -> torch.Tensor:
    """This process's part of a tensor: DeepSpeed keeps it beside an empty one, FSDP inside a distributed one."""
    own = getattr(tensor, "ds_tensor", tensor)
    return own.to_local() if hasattr(own, "to_local") else own

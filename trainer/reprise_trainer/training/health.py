"""A training that has gone wrong in a step is stopped in that step, whether or not it has a log line."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from transformers import TrainerCallback

from ..job.errors import StepError
from ..job.events import Events
from ..models.weights import first_odd, odd_numbers
from ..processes import ranks

# Names and norms of tensors.
Sizes = tuple[list[str], torch.Tensor]

LOWER = "Lower the learning rate, or look for broken rows."


def require_finite_model(model: Any) -> None:
    """Refuse a model that was loaded with a number that is not finite. Raises StepError with the tensor's name."""
    named = [(name, _here(weight)) for name, weight in model.named_parameters()]
    _, norms = _sizes(named)
    if bool(norms.isfinite().all()):
        return
    odd = first_odd(named)
    if odd is not None:
        raise StepError(
            "gate",
            f"Before the training the model is not finite: {odd}. Look at the step that made it, and at 'precision'.",
        )


class StopWhenNotFinite(TrainerCallback):
    """Ends the training in the step in which a loss, gradient, weight or optimizer state is no finite number.

    The norms of all tensors are computed beside the numbers themselves, in a few fused operations, and are fetched
    together, once a step: on a GPU there is one wait for it, not one for each tensor. A norm may be infinite where all
    numbers are finite but large; so where one is, the numbers themselves decide.
    """

    def __init__(self, trainer: Any) -> None:
        self._trainer = trainer
        self._trained: list[tuple[str, torch.Tensor]] = []
        self._gradients: Sizes = _sizes([])
        self._norm: Any = None
        self._watch()

    def _watch(self) -> None:
        """Take gradients before they are clipped: afterwards one that is not finite has spoilt the others."""
        clip, norm = self._trainer._clip_grad_norm, self._trainer._get_grad_norm

        def clip_grad_norm(model: Any) -> Any:
            gradients = [
                (f"the gradient of '{name}'", _here(weight.grad))
                for name, weight in self._trained
                if weight.grad is not None
            ]
            self._gradients = _sizes(gradients)
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
        loss, kept = self._trainer._tr_loss, list(self._kept())
        single = {"The loss": loss, "The gradient's norm": 0.0 if self._norm is None else self._norm}
        first = torch.stack([torch.as_tensor(value, device=loss.device).detach().float() for value in single.values()])
        (gradients, slopes), (names, norms) = self._gradients, _sizes(kept)
        values = torch.cat([first, slopes.to(loss.device), norms.to(loss.device)]).tolist()
        named = zip([*single, *gradients, *names], values, strict=True)
        odd = [(name, value) for name, value in named if not math.isfinite(value)]
        if not odd:
            return None
        what, value = odd[0]
        if what in single:
            gradient = next((f", and so is {name}" for name, _ in odd if name in gradients), "")
            return f"{what} is {value} {when}{gradient}"
        tensors = dict(kept)
        found = [(name, odd_numbers(tensors[name])) for name, _ in odd if name in tensors]
        return next((f"{name} has {numbers} {when}" for name, numbers in found if numbers is not None), None)

    def _kept(self) -> Iterator[tuple[str, torch.Tensor]]:
        """What the step has written: weights, and what the optimizer keeps of them."""
        names = {id(weight): f"'{name}'" for name, weight in self._trained}
        yield from ((f"The weight {names[id(weight)]}", _here(weight)) for _, weight in self._trained)
        state = getattr(self._trainer.optimizer, "state", {})
        for number, (weight, values) in enumerate(state.items()):
            for key, value in values.items():
                # Without its count of steps, which stays on the CPU.
                if torch.is_tensor(value) and value.dim():
                    yield f"The optimizer's {key} of {names.get(id(weight), f'part {number}')}", _here(value)


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
def _sizes(named: list[tuple[str, torch.Tensor]]) -> Sizes:
    """Names and norms of the tensors of floating-point numbers. A norm is not finite where a number is not."""
    filled = [(name, tensor) for name, tensor in named if tensor.is_floating_point() and tensor.numel()]
    if not filled:
        return [], torch.zeros(0)
    norms = torch._foreach_norm([tensor for _, tensor in filled])
    # One type: a quantised model has several.
    return [name for name, _ in filled], torch.stack([norm.float() for norm in norms])


def _here(tensor: Any) -> torch.Tensor:
    """This process's part of a tensor: DeepSpeed keeps it beside an empty one, FSDP inside a distributed one."""
    own = getattr(tensor, "ds_tensor", tensor)
    return own.to_local() if hasattr(own, "to_local") else own

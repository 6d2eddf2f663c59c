"""What GRPO's reference says of a batch, computed by a thread beside the policy's part."""

from __future__ import annotations

import copy
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import torch
from peft import PeftModel
from peft.tuners.tuners_utils import BaseTunerLayer

from .dropout import drops

NAME = "ref_per_token_logps"


def without_adapter(model: PeftModel) -> Any:
    """The same model without its adapter, as modules of their own around the same weights."""
    base = model.get_base_model()
    shared = {id(tensor): tensor for tensor in (*base.parameters(), *base.buffers())}
    bare = copy.deepcopy(base, shared)
    for name, layer in list(bare.named_modules()):
        if isinstance(layer, BaseTunerLayer):
            bare.set_submodule(name, layer.get_base_layer())
    return bare


def reference_of(trainer: Any) -> Any:
    """The model that a trainer's reference is, as one that may compute beside the policy; None where there is none.

    Dropout would draw from the numbers that the policy draws from, and lower precision is set around the policy alone.
    """
    model, args = trainer.model, trainer.args
    if not isinstance(model, PeftModel) or trainer.beta == 0.0 or args.bf16 or args.fp16:
        return None
    if "ref" in model.peft_config:
        return None
    reference = without_adapter(model)
    return None if drops(reference) else reference


def score_beside(trainer: Any, reference: Any, thread: ThreadPoolExecutor) -> None:
    """Let a GRPOTrainer's reference be asked by a thread, from when its batch stands to when the loss needs it.

    In between the batch has the rows' numbers in its place: TRL shuffles and divides them with all else.
    """
    trainer.ref_model = reference
    score, loss = trainer._get_per_token_logps_and_entropies, trainer._compute_loss
    asked: Future[torch.Tensor] | None = None

    def compute(*args: Any, **kwargs: Any) -> torch.Tensor:
        with torch.no_grad():
            return score(reference, *args, **kwargs)[0]

    def scored(model: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal asked
        if model is not reference:
            return score(model, *args, **kwargs)
        asked = thread.submit(compute, *args, **kwargs)
        ids = args[0] if args else kwargs["input_ids"]
        return torch.arange(len(ids)), None, None

    def compute_loss(model: Any, inputs: dict[str, Any]) -> Any:
        rows = inputs[NAME]
        if rows.is_floating_point() or asked is None:
            return loss(model, inputs)
        scores = asked
        late = Late({name: value for name, value in inputs.items() if name != NAME}, lambda: scores.result()[rows])
        return loss(model, late)

    trainer._get_per_token_logps_and_entropies = scored
    trainer._compute_loss = compute_loss


class Late(dict[str, Any]):
    """A batch that waits for the reference's log-probabilities when it is asked for them."""

    def __init__(self, batch: dict[str, Any], wait: Any) -> None:
        super().__init__(batch)
        self._wait = wait

    def __missing__(self, name: str) -> Any:
        if name != NAME:
            raise KeyError(name)
        self[name] = self._wait()
        return self[name]

"""One pass of the real model code, and for a training TRL's loss and the way back, on tensors without numbers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from .architecture import Architecture, build
from .live_bytes import LiveBytes

# Depths from which the full model's step is extrapolated.
SHALLOW = 2


@dataclass(frozen=True)
class Step:
    """What one device's batch takes, in bytes, beside the model's weights; and its FLOPs.

    `saved` lives between forward and backward, `peak` is the highest sum of all that operations made, without the
    gradients of weights.
    """

    saved: float
    peak: float
    gradients: float
    flops: float

    def plus(self, other: Step, times: float) -> Step:
        """This step and `times` another one."""
        return Step(
            self.saved + times * other.saved,
            self.peak + times * other.peak,
            self.gradients + times * other.gradients,
            self.flops + times * other.flops,
        )


@dataclass(frozen=True)
class Batch:
    """Rows of equal length: `grid` patches of a clip (time, height, width), `text` other tokens, of which `scored`."""

    rows: int
    grid: tuple[int, int, int]
    text: int
    scored: int

    @property
    def patches(self) -> int:
        """Patches of one clip."""
        time, height, width = self.grid
        return time * height * width

    @property
    def patch(self) -> int:
        """Numbers of a patch: two frames of 14 x 14 pixels in three colours."""
        return 3 * 2 * 14 * 14

    @property
    def vision_tokens(self) -> int:
        """Tokens of one clip: two by two patches are merged."""
        return self.patches // 4

    def tensors(self, image_token: int) -> dict[str, torch.Tensor]:
        """Real index tensors, as the processor gives them."""
        row = [1] * (self.text // 2) + [image_token] * self.vision_tokens + [2] * (self.text - self.text // 2)
        ids = torch.tensor([row] * self.rows)
        return {
            "input_ids": ids,
            "attention_mask": torch.ones_like(ids),
            "mm_token_type_ids": (ids == image_token).int(),
            "image_grid_thw": torch.tensor([self.grid] * self.rows),
        }


def measure(
    config: Any,
    batch: Batch,
    *,
    lora: Any = None,
    checkpointing: bool = True,
    autocast: bool = False,
    fake: bool = True,
    dtype: torch.dtype = torch.bfloat16,
    attention: str | None = None,
) -> Step:
    """Run one step. With `fake` False on real tensors, which only a small model can.

    Only what must not be real is made in the fake mode: weights, pixels and the loss. Index arithmetic (grids, masks,
    positions) asks for values, and stays outside of it.
    """
    from peft import get_peft_model

    mode = _mode(fake)
    with torch.device("meta"):
        model = build(config, dtype, attention)
        if lora is not None:
            model = get_peft_model(model, lora)
    pixels = _materialise(model, batch, mode)
    base = model.get_base_model() if lora is not None else model
    if checkpointing:
        base.gradient_checkpointing_enable({"use_reentrant": False})
        if lora is not None:
            base.enable_input_require_grads()
    model.train()
    gradients = _release_gradients(model)
    live = LiveBytes(fake_only=fake)
    live.ignore([*model.parameters(), pixels])
    low: Any = torch.autocast("cpu", dtype=torch.bfloat16) if autocast else nullcontext()
    with live:
        with low:
            tensors = batch.tensors(config.image_token_id)
            hidden = base.model(**tensors, pixel_values=pixels, use_cache=False).last_hidden_state
            hidden = hidden[:, -batch.scored - 1 : -1].reshape(-1, hidden.shape[-1])
        saved = live.live
        gradient = _loss_gradient(hidden, base.lm_head.weight, mode, low)
        hidden.backward(gradient)
        del hidden, gradient
    return Step(saved, live.peak, sum(gradients), float(live.flops))


@torch.no_grad()
def measure_reading(config: Any, batch: Batch, *, fake: bool = True) -> Step:
    """Run one pass over a batch's prompts without a way back, as generating begins: logits of the last token alone."""
    with torch.device("meta"):
        model = build(config)
    pixels = _materialise(model, batch, _mode(fake))
    model.eval()
    live = LiveBytes(fake_only=fake)
    live.ignore([*model.parameters(), pixels])
    with live:
        tensors = batch.tensors(config.image_token_id)
        logits = model(**tensors, pixel_values=pixels, use_cache=False, logits_to_keep=1).logits
    assert logits.shape == (batch.rows, 1, config.text_config.vocab_size)
    return Step(float(live.live), float(live.peak), 0.0, float(live.flops))


def by_depth(dimensions: Architecture, run: Callable[[Any], Step]) -> Step:
    """The full model's step from three shallow ones: all but the peak is linear in the number of layers.

    The peak is what the full model saves, and the shallow one's working set: that of one layer, or of the loss.
    """
    shallow, text, vision = (
        run(dimensions.config(layers, depth))
        for layers, depth in ((SHALLOW, SHALLOW), (SHALLOW + 1, SHALLOW), (SHALLOW, SHALLOW + 1))
    )
    full = shallow.plus(text.plus(shallow, -1), dimensions.text["num_hidden_layers"] - SHALLOW)
    full = full.plus(vision.plus(shallow, -1), dimensions.vision["depth"] - SHALLOW)
    return replace(full, peak=full.saved + shallow.peak - shallow.saved)


def _loss_gradient(hidden: torch.Tensor, head: torch.Tensor, mode: Any, low: Any) -> torch.Tensor:
    """TRL's loss apart from the model: it makes fresh tensors, so it needs the mode, in which no layer may be."""
    from trl.kernels.chunked_logprob import ChunkedLogProbFunction

    tail = hidden.detach().requires_grad_()
    with mode:
        targets = torch.zeros(tail.shape[0], dtype=torch.long)
        with low:
            # TRL's own sizes of a tile.
            scores = ChunkedLogProbFunction.apply(tail, head, None, targets, 1.0, 32768, None, 1.0, ("log_probs",))
        scores[0].sum().backward()
    assert tail.grad is not None
    return tail.grad


def _mode(fake: bool) -> Any:
    return FakeTensorMode(allow_non_fake_inputs=True) if fake else nullcontext()


def _materialise(model: Any, batch: Batch, mode: Any) -> torch.Tensor:
    """Replace meta tensors by the mode's CPU tensors (first, as PEFT cannot swap fake weights); returns the pixels."""
    with mode:
        _fill(model)
        return torch.zeros(batch.rows * batch.patches, batch.patch)


def _fill(model: Any) -> None:
    for module in model.modules():
        for name, old in list(module._parameters.items()):
            if old is not None:
                new = torch.empty(old.shape, dtype=old.dtype).uniform_(-0.02, 0.02)
                module._parameters[name] = torch.nn.Parameter(new, requires_grad=old.requires_grad)
        for name, old in list(module._buffers.items()):
            if old is not None:
                module._buffers[name] = torch.ones(old.shape, dtype=old.dtype)


def _release_gradients(model: Any) -> list[int]:
    """Drop each weight's gradient when it is whole; returns a list that collects their bytes."""
    sizes: list[int] = []

    def release(parameter: torch.Tensor) -> None:
        assert parameter.grad is not None
        sizes.append(parameter.grad.numel() * parameter.grad.element_size())
        parameter.grad = None

    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.register_post_accumulate_grad_hook(release)
    return sizes

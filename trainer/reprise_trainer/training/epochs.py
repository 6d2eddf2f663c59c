"""How many rows and optimizer steps an epoch has, as transformers and TRL count; the lint counts likewise."""

from __future__ import annotations

import math
from dataclasses import dataclass

from transformers import TrainingArguments
from trl import GRPOConfig

from ..job.errors import StepError
from ..job.events import Events


@dataclass(frozen=True)
class Epoch:
    """One pass over `rows` rows: optimizer steps, and rows that it leaves out or takes twice."""

    rows: int
    steps: int
    left_out: int = 0
    repeated: int = 0


def supervised_epoch(args: TrainingArguments, rows: int) -> Epoch:
    """Every process gets as many batches, all full: accelerate fills the last ones up from the epoch's beginning.

    One process alone has a short last batch instead. What is left of an accumulation is a step of its own.
    """
    batch = args.per_device_train_batch_size * args.world_size
    batches = math.ceil(rows / batch)
    repeated = batches * batch - rows if args.world_size > 1 else 0
    return Epoch(rows, _steps(batches, args), repeated=repeated)


def rollout_epoch(config: GRPOConfig, rows: int) -> Epoch:
    """TRL's sampler takes the prompts of one generation after another, and drops those that do not fill one."""
    prompts = prompts_of(config)
    batches = rows // prompts * (config.steps_per_generation or 1) * config.num_iterations
    return Epoch(rows, _steps(batches, config), left_out=rows % prompts)


def prompts_of(config: GRPOConfig) -> int:
    """Prompts that one generation takes, over all processes."""
    completions, group = config.generation_batch_size, config.num_generations
    assert completions and group, "GRPOConfig fills in both"
    return completions // group


def _steps(batches: int, args: TrainingArguments) -> int:
    return math.ceil(batches / args.gradient_accumulation_steps)


def tell_supervised(args: TrainingArguments, rows: int, events: Events) -> None:
    """Says how the rows of a supervised training are taken."""
    epoch = supervised_epoch(args, rows)
    text = f"{_count(rows, 'row')}: {_planned(args, epoch)} of {_count(_batch(args), 'row')}"
    short = (rows + epoch.repeated) % _batch(args)
    if short:
        text += f", the last one of an epoch of {short}"
    if epoch.repeated:
        fill = "fills" if epoch.repeated == 1 else "fill"
        text += (
            f"; {_count(epoch.repeated, 'row')} from the epoch's beginning {fill} up the last batches of the processes"
        )
    events.note(text)


def tell_rollouts(config: GRPOConfig, rows: int, events: Events) -> None:
    """Says how the rows of a reinforcement are taken. Raises StepError where they do not fill one generation."""
    prompts = prompts_of(config)
    per, batches = config.per_device_train_batch_size, config.steps_per_generation or 1
    factors = f"{_count(per, 'completion')} per device x {_count(config.world_size, 'process')}"
    factors += f" x {_count(batches, 'batch')} / group of {config.num_generations}"
    takes = f"a generation takes {_count(prompts, 'prompt')} ({factors})"
    if rows < prompts:
        raise StepError(
            "data",
            f"The training would make no step: {takes}, and the split has {_count(rows, 'row')} with a gold letter. "
            "TRL drops rows that do not fill a generation. Give more rows, or lower batch_size_per_device, "
            "gradient_accumulation_steps or steps_per_generation.",
        )
    epoch = rollout_epoch(config, rows)
    text = f"{_count(rows, 'row')}: {takes}; {_planned(config, epoch)}"
    if epoch.left_out:
        once = _total(config, epoch) <= epoch.steps
        which = "they are never trained on" if once else "other ones in each epoch"
        text += f"; {_count(epoch.left_out, 'row')} of an epoch fill no generation and are dropped by TRL: {which}"
    events.note(text)


def _planned(args: TrainingArguments, epoch: Epoch) -> str:
    total = _total(args, epoch)
    each = "" if total == epoch.steps else f", {epoch.steps} an epoch"
    return f"{_count(total, 'optimizer step')}{each}"


def _total(args: TrainingArguments, epoch: Epoch) -> int:
    return args.max_steps if args.max_steps > 0 else math.ceil(args.num_train_epochs * epoch.steps)


def _batch(args: TrainingArguments) -> int:
    return args.per_device_train_batch_size * args.world_size * args.gradient_accumulation_steps


def _count(number: int, what: str) -> str:
    plural = "es" if what.endswith(("s", "ch")) else "s"
    return f"{number} {what}" + ("" if number == 1 else plural)

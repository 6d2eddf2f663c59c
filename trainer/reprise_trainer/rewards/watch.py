"""Rewards that teach nothing: GRPO learns only from groups whose completions earn different rewards."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from ..job.errors import StepError
from ..job.events import Events
from ..processes import ranks

FILE = "reward_state.json"
# The schema's default, for jobs that do not name it.
PATIENCE = 100


@dataclass
class Seen:
    """What stands in a checkpoint: steps without a difference in a row and in all, and whether there ever was one."""

    row: int = 0
    steps: int = 0
    differed: bool = False


class WatchRewards(TrainerCallback):
    """Counts optimizer steps in which the rewards of every group were equal, and stops after `patience` in a row.

    `patience` None or 0 never stops. Once rewards have differed, steps in which every completion earns all that can be
    earned do not count: nothing is left to learn, and the model is good.
    """

    def __init__(self, trainer: Any, weights: dict[str, float], patience: int | None, events: Events) -> None:
        self._trainer = trainer
        self._weights = weights
        self._patience = patience or None
        self._events = events
        self.seen = Seen()
        # Of each generation of the step: whether a group differs, and whether everything is earned.
        self._new: list[tuple[bool, bool]] = []
        self._last = [(True, False)]
        self._means: dict[str, float] = {}
        self._completion = ""
        self._told_full = False
        self._watch()

    def _watch(self) -> None:
        calculate = self._trainer._calculate_rewards

        def calculate_rewards(inputs: Any, prompts: Any, completions: Any, completion_ids: Any) -> Any:
            # Of all processes: a group may lie across two of them.
            rewards = calculate(inputs, prompts, completions, completion_ids)
            self._completion = completions[-1][0]["content"]
            self._look(rewards.tolist())
            return rewards

        self._trainer._calculate_rewards = calculate_rewards

    def _look(self, rewards: list[list[float]]) -> None:
        """Rewards [completions, reward functions] of one generation, groups one after another."""
        for number, row in enumerate(rewards):
            for name, reward in zip(self._weights, row, strict=True):
                if not math.isfinite(reward):
                    raise StepError(
                        "nan",
                        f"The reward '{name}' of completion {number + 1} of {len(rewards)} is {reward} after step "
                        f"{self._trainer.state.global_step}: a reward is a finite number. Look at its function.",
                    )
        size = self._trainer.num_generations
        totals = [math.fsum(w * r for w, r in zip(self._weights.values(), row, strict=True)) for row in rewards]
        self._means = {
            name: math.fsum(column) / len(rewards)
            for name, column in zip(self._weights, zip(*rewards, strict=True), strict=True)
        }
        groups = [totals[start : start + size] for start in range(0, len(rewards), size)]
        differing = [group for group in groups if not math.isclose(min(group), max(group), abs_tol=1e-6)]
        most = math.fsum(max(0.0, weight) for weight in self._weights.values())
        full = all(math.isclose(total, most, abs_tol=1e-6) for total in totals)
        self._new.append((bool(differing), full))
        if differing and not self.seen.differed:
            self.seen.differed = True
            least, most = min(differing[0]), max(differing[0])
            self._events.gate(
                "rewards-differ",
                f"after step {self._trainer.state.global_step}, in {len(differing)} of {len(groups)} groups: "
                f"{least:g} to {most:g}",
            )

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """One optimizer step is done. A generation may serve several, and several one."""
        self._last, self._new = self._new or self._last, []
        if any(differs for differs, _ in self._last):
            self.seen.row = 0
            return
        self.seen.steps += 1
        if self.seen.differed and all(full for _, full in self._last):
            self.seen.row = 0
            if not self._told_full:
                self._told_full = True
                self._events.note(f"every completion earned the full reward in step {state.global_step}")
            return
        self.seen.row += 1
        if self._patience is None:
            return
        if self.seen.row >= self._patience:
            raise StepError("gate", self._hopeless())
        if self.seen.row == math.ceil(self._patience / 2):
            self._events.note(
                f"the rewards of every group were equal in the last {self.seen.row} steps; after {self._patience} the "
                "step stops"
            )

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """The trainer has written its own files of a checkpoint."""
        if ranks.is_main():
            file = Path(args.output_dir) / f"checkpoint-{state.global_step}" / FILE
            file.write_text(json.dumps(asdict(self.seen)), encoding="utf-8")

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Too short a training to be stopped may have learnt nothing all the same."""
        if self.seen.steps == state.global_step and state.global_step == state.max_steps:
            self._events.note(
                f"in none of the {state.global_step} steps did the rewards of a group differ ({self._earned()}): "
                "nothing was learnt from them"
            )

    def resume(self, checkpoint: Path | None) -> None:
        """Go on counting. A checkpoint of an earlier version has no count."""
        file = checkpoint / FILE if checkpoint else None
        if file is not None and file.exists():
            self.seen = Seen(**json.loads(file.read_text(encoding="utf-8")))

    def _earned(self) -> str:
        return "the last ones: " + ", ".join(f"{name} {mean:g} on average" for name, mean in self._means.items())

    def _hopeless(self) -> str:
        return (
            f"In the last {self.seen.row} optimizer steps the rewards of every group were equal ({self._earned()}): "
            f"nothing is learnt from them. The last completion is {self._completion[:200]!r}. Look whether 'prompt' "
            "asks for what 'rewards' reward, such as an answer tag, whether max_completion_length cuts the replies, "
            "and whether the questions are far too hard or too easy. 'equal_rewards_patience' says after how many "
            "steps a training is given up; 0 means never."
        )

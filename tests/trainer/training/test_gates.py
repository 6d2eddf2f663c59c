"""Gates that are broken on purpose; those of pixels, labels, rollouts and merged weights stand in test_training."""

from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import SFT, Step
from reprise_trainer.job.errors import StepError
from reprise_trainer.job.events import Events
from reprise_trainer.kinds import model_merge, train_sft
from reprise_trainer.models.qwen2_vl.processor import ClipProcessor, load_processor
from reprise_trainer.training import gates, supervised


def test_a_merge_without_its_processor_stops(step: Step, base: Path, monkeypatch: Any) -> None:
    sft = step.job("train/sft", SFT, {"model": base}, ["adapter"])
    step.run(train_sft, sft)
    monkeypatch.setattr(ClipProcessor, "save_pretrained", lambda *_, **__: None)
    job = step.job("model/merge", {"frames": 8}, {"model": base, "adapter": sft.outputs["adapter"]}, ["model"])
    with pytest.raises(StepError, match="has no whole processor") as caught:
        step.run(model_merge, job)
    assert caught.value.code == "gate"


def test_a_merge_with_another_processor_stops(step: Step, base: Path, monkeypatch: Any) -> None:
    sft = step.job("train/sft", SFT, {"model": base}, ["adapter"])
    step.run(train_sft, sft)
    original = ClipProcessor.save_pretrained

    def other(self: Any, folder: Any, **kwargs: Any) -> Any:
        self.video_processor.image_mean = [0.1, 0.1, 0.1]
        return original(self, folder, **kwargs)

    monkeypatch.setattr(ClipProcessor, "save_pretrained", other)
    job = step.job("model/merge", {"frames": 8}, {"model": base, "adapter": sft.outputs["adapter"]}, ["model"])
    with pytest.raises(StepError, match="prepares the probe differently"):
        step.run(model_merge, job)


def test_a_batch_without_a_trained_label_stops(tmp_path: Path, base: Path) -> None:
    batch = {"labels": torch.full((2, 5), -100)}
    processor = load_processor(str(base), 8)
    with pytest.raises(StepError, match="Row 0 of the first batch has no trained label"):
        gates.labels_cover_completion(batch, processor, ["<answer>A</answer>"], Events(tmp_path / "events.jsonl"))


def test_trained_weights_that_change_their_precision_stop_the_step(step: Step, base: Path, monkeypatch: Any) -> None:
    original = supervised.SFTTrainer.train

    def halved(self: Any, **kwargs: Any) -> Any:
        result = original(self, **kwargs)
        for parameter in self.model.parameters():
            parameter.data = parameter.data.bfloat16() if parameter.requires_grad else parameter.data
        return result

    monkeypatch.setattr(supervised.SFTTrainer, "train", halved)
    with pytest.raises(StepError, match="changed precision while training"):
        step.run(train_sft, step.job("train/sft", SFT, {"model": base}, ["adapter"]))


def test_a_training_that_ends_early_is_no_success(step: Step, base: Path, monkeypatch: Any) -> None:
    original = supervised.ReportProgress.on_step_end

    def impatient(self: Any, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        original(self, args, state, control, **kwargs)
        control.should_training_stop = True

    monkeypatch.setattr(supervised.ReportProgress, "on_step_end", impatient)
    with pytest.raises(StepError, match="Training ended after 1 of 3 planned steps"):
        step.run(train_sft, step.job("train/sft", SFT, {"model": base}, ["adapter"]))

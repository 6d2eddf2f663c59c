"""Numbers that are not finite: in what would be published or replied, and what the look at them costs."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import EVAL, GRPO, SFT, SUPERVISED, Step, trainer_environment
from reprise_trainer.job.errors import StepError
from reprise_trainer.job.failures import classify
from reprise_trainer.kinds import eval_mcq, eval_open, model_merge, model_tiny, train_grpo, train_sft
from reprise_trainer.rewards.functions import REWARDS
from reprise_trainer.training import merging
from reprise_trainer.training.progress import ReportProgress
from spoiling import INF, NAN, at_step, changed, put, spoil, trained

TINY = {**SUPERVISED, "hidden_size": 64, "layers": 2, "vocabulary": 320}


@pytest.mark.usefixtures("varied_rewards")
@pytest.mark.parametrize(
    ("module", "kind", "params", "output", "sentence"),
    [
        (train_sft, "train/sft", SFT, "adapter", r"not published: in adapter_model.safetensors '.*lora_A"),
        (model_tiny, "model/tiny", TINY, "model", r"not published: in model.safetensors '.*' has 1 NaN among"),
        (train_grpo, "train/grpo", {**GRPO, "trainable": "all"}, "model", r"not published: in model.safetensors '"),
        (train_grpo, "train/grpo", GRPO, "model", r"sum of base and adapter is not finite in '.*q_proj'"),
    ],
    ids=["sft", "tiny", "grpo", "grpo adapter"],
)
def test_what_is_spoilt_after_the_last_step_is_not_published(
    step: Step, base: Path, monkeypatch: Any, module: Any, kind: str, params: Any, output: str, sentence: str
) -> None:
    def hook(self: Any, args: Any, state: Any, control: Any, **more: Any) -> None:
        spoil(more["model"])

    monkeypatch.setattr(ReportProgress, "on_train_end", hook)
    job = step.job(kind, params, {"model": base}, [output])
    with pytest.raises(StepError, match=sentence):
        step.run(module, job)


def adapter(step: Step, base: Path) -> Path:
    job = step.job("train/sft", SFT, {"model": base}, ["adapter"], name="adapter")
    step.run(train_sft, job)
    return job.outputs["adapter"]


def test_an_adapter_that_is_not_finite_is_refused(step: Step, base: Path, tmp_path: Path) -> None:
    broken = changed(tmp_path / "broken", adapter(step, base), put("lora_B", NAN))
    job = step.job("model/merge", {"frames": 8}, {"model": base, "adapter": broken}, ["model"])
    with pytest.raises(StepError, match=r"The step's 'adapter' cannot be used: in adapter_model.safetensors '.*lora_B"):
        step.run(model_merge, job)


@pytest.mark.parametrize(("dtype", "large"), [("float32", 3e38), ("float16", 6e4)])
def test_a_sum_that_overflows_is_named(
    step: Step, base: Path, tmp_path: Path, monkeypatch: Any, dtype: str, large: float
) -> None:
    def grow(tensors: dict[str, torch.Tensor]) -> None:
        for name, tensor in tensors.items():
            if "layers.1.self_attn.v_proj" in name:
                tensor.fill_((large / 8) ** 0.5)

    wide = changed(tmp_path / "wide", adapter(step, base), grow)

    def fill(tensors: dict[str, torch.Tensor]) -> None:
        next(tensor for name, tensor in tensors.items() if "layers.1.self_attn.v_proj.weight" in name).fill_(large)

    monkeypatch.setattr("reprise_trainer.models.loading.model_dtype", lambda: dtype)
    model = changed(tmp_path / "model", base, fill)
    job = step.job("model/merge", {"frames": 8}, {"model": model, "adapter": wide}, ["model"])
    with pytest.raises(StepError, match=r"sum of base and adapter is not finite in '.*layers.1.self_attn.v_proj'"):
        step.run(model_merge, job)


def test_a_merge_that_is_cast_too_narrow_is_not_published(step: Step, base: Path, monkeypatch: Any) -> None:
    original = merging.merge

    def narrow(peft_model: Any) -> Any:
        merged = original(peft_model)
        with torch.no_grad():
            merged.lm_head.weight[0, 0] = 1e5
        return merged.half()

    given = adapter(step, base)
    monkeypatch.setattr(merging, "merge", narrow)
    job = step.job("model/merge", {"frames": 8}, {"model": base, "adapter": given}, ["model"])
    with pytest.raises(StepError, match=r"not published: in model.safetensors 'lm_head.weight' has 1 infinite"):
        step.run(model_merge, job)


def test_logits_of_a_probe_that_are_not_finite_stop_the_merge(step: Step, base: Path, tmp_path: Path) -> None:
    model = changed(tmp_path / "large", base, lambda tensors: tensors["lm_head.weight"].fill_(3e38))
    job = step.job("model/merge", {"frames": 8}, {"model": model, "adapter": adapter(step, base)}, ["model"])
    with pytest.raises(StepError, match=r"The logits of base \+ adapter on the probe are not finite"):
        step.run(model_merge, job)


@pytest.mark.parametrize(("module", "kind"), [(eval_mcq, "eval/mcq"), (eval_open, "eval/open")])
def test_replies_of_logits_that_are_not_finite_are_no_replies(
    step: Step, base: Path, tmp_path: Path, dataset: Path, module: Any, kind: str
) -> None:
    model = changed(tmp_path / "large", base, lambda tensors: tensors["lm_head.weight"].fill_(3e38))
    open_rows = tmp_path / "data"
    shutil.copytree(dataset, open_rows)
    rows = [json.loads(line) for line in (open_rows / "questions.jsonl").read_text().splitlines()]
    if kind == "eval/open":
        rows = [{**row, "options": [], "reference": "Left."} for row in rows]
    (open_rows / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    job = step.job(kind, EVAL, {"model": model, "dataset": open_rows}, ["replies"])
    with pytest.raises(StepError, match="logits are not finite for the question 'clip-6', 2 of the 2 asked at once"):
        step.run(module, job)
    assert not job.outputs["replies"].exists()


@pytest.mark.usefixtures("varied_rewards")
@pytest.mark.parametrize("trainable", ["adapter", "all"])
def test_completions_of_logits_that_are_not_finite_stop_the_training(
    step: Step, base: Path, monkeypatch: Any, trainable: str
) -> None:
    @torch.no_grad()
    def grow(model: Any, _: Any) -> None:
        for name, weight in model.named_parameters():
            if weight.requires_grad and "v_proj" in name:
                weight.fill_(1e38)

    at_step(monkeypatch, "on_optimizer_step", 2, grow)
    job = step.job("train/grpo", {**GRPO, "trainable": trainable}, {"model": base}, ["model"])
    with pytest.raises(StepError, match="logits of 4 of 4 completions are not finite after step 2") as caught:
        step.run(train_grpo, job)
    assert caught.value.code == "nan"


def test_torchs_own_word_about_it_is_read() -> None:
    error = RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    assert classify(error, Path())[0] == "nan"


def test_a_learning_rate_that_the_optimizer_cannot_take_is_said(step: Step, base: Path) -> None:
    job = step.job("train/sft", {**SFT, "learning_rate": 1e38}, {"model": base}, ["adapter"])
    with pytest.raises(RuntimeError) as caught:
        step.run(train_sft, job)
    code, said = classify(caught.value, Path())
    assert code == "nan"
    assert said.endswith("Lower the learning rate.")


@pytest.mark.parametrize("value", [NAN, INF, None])
def test_a_reward_that_is_no_number_stops_the_training(step: Step, base: Path, monkeypatch: Any, value: Any) -> None:
    def format_reward(completions: list[Any], **_: Any) -> list[float | None]:
        return [0.0, value, *[1.0] * (len(completions) - 2)]

    monkeypatch.setitem(REWARDS, "format", format_reward)
    job = step.job("train/grpo", GRPO, {"model": base}, ["model"])
    with pytest.raises(StepError, match=r"The reward 'format' of completion 2 of 4 is (nan|inf) after step 0"):
        step.run(train_grpo, job)


def test_a_training_that_stands_still_is_told(step: Step, base: Path) -> None:
    params = {**SFT, "learning_rate": 1e12, "learning_rate_schedule": "constant", "warmup_ratio": 0.0, "epochs": 4}
    job = step.job("train/sft", params, {"model": base}, ["adapter"])
    step.run(train_sft, job)
    told = [event["text"] for event in step.events(job, "message") if "the gradient is 0" in event["text"]]
    assert len(told) == 1
    assert "nothing is learnt any more" in told[0]


def test_a_healthy_training_says_nothing_of_it(step: Step, base: Path) -> None:
    job = step.job("train/sft", SFT, {"model": base}, ["adapter"])
    step.run(train_sft, job)
    assert [event["text"] for event in step.events(job, "message")] == ["6 rows: 3 optimizer steps of 2 rows"]


def test_the_check_of_a_step_fetches_once_however_many_tensors_there_are(
    step: Step, base: Path, monkeypatch: Any
) -> None:
    """On a GPU each number that is fetched is a wait; the reductions are fused."""
    from reprise_trainer.training.health import StopWhenNotFinite
    from torch.utils._python_dispatch import TorchDispatchMode

    counts: list[dict[str, int]] = []

    class Count(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            counts[-1][str(func)] = counts[-1].get(str(func), 0) + 1
            return func(*args, **(kwargs or {}))

    original = StopWhenNotFinite.on_step_end

    def counted(self: Any, *args: Any, **kwargs: Any) -> None:
        counts.append({})
        with Count():
            original(self, *args, **kwargs)

    monkeypatch.setattr(StopWhenNotFinite, "on_step_end", counted)
    job = step.job("train/sft", SFT, {"model": base}, ["adapter"])
    step.run(train_sft, job)
    assert len(counts) == 3
    for ops in counts:
        assert ops["aten._foreach_norm.Scalar"] == 1
        assert not {"aten._local_scalar_dense.default", "aten.linalg_vector_norm.default"} & set(ops)


def test_numbers_that_are_large_but_finite_go_on(step: Step, base: Path, monkeypatch: Any) -> None:
    """Their squares are infinite, and so is the norm that is looked at first."""

    def grow_state(model: Any, optimizer: Any) -> None:
        optimizer.state[trained(model)]["exp_avg_sq"].view(-1)[0] = 3e38

    at_step(monkeypatch, "on_optimizer_step", 2, grow_state)
    job = step.job("train/sft", SFT, {"model": base}, ["adapter"])
    assert step.run(train_sft, job)["steps"] == 3


def test_divided_weights_are_looked_at_where_they_are(tmp_path: Path) -> None:
    """FSDP's tensors, in a process of its own: a process group cannot be undone here."""
    program = """
import sys
import torch
import torch.distributed as dist
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import DTensor, Shard
from reprise_trainer.training.health import require_finite_model

dist.init_process_group("gloo", init_method=f"file://{sys.argv[1]}", rank=0, world_size=1)
model = torch.nn.Linear(3, 2)
mesh = init_device_mesh("cpu", (1,))
model.weight = torch.nn.Parameter(DTensor.from_local(model.weight.data, mesh, [Shard(0)]))
require_finite_model(model)
model.weight.to_local().data[1, 1] = float("nan")
# DeepSpeed keeps this process's part beside an empty tensor.
model.bias = torch.nn.Parameter(torch.zeros(0))
model.bias.ds_tensor = torch.ones(2)
require_finite_model(model)
"""
    command = [sys.executable, "-c", program, str(tmp_path / "store")]
    ended = subprocess.run(command, env=trainer_environment(), check=False, capture_output=True, text=True)
    assert "StepError: Before the training the model is not finite: 'weight' has 1 NaN among 6 numbers" in ended.stderr

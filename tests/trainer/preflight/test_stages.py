"""The look at full size: its arithmetic against the libraries, its memory against what a small model really takes."""

from collections.abc import Callable
from typing import Any

import bitsandbytes
import pytest
import torch
from conftest import GRPO, LORA, SEVEN, SFT
from peft import LoraConfig
from reprise_trainer.job.errors import StepError
from reprise_trainer.models.lora import lora_config
from reprise_trainer.models.qwen2_vl.architecture import ARCHITECTURES, Architecture
from reprise_trainer.preflight import memory
from reprise_trainer.preflight.architecture import architecture, count
from reprise_trainer.preflight.fake_step import Batch, Step, by_depth, measure, measure_reading
from reprise_trainer.preflight.on_gpus import as_on_gpus
from reprise_trainer.preflight.stages import Asked, grpo, sft
from reprise_trainer.training.supervised import sft_config
from torch.profiler import ProfilerActivity, profile
from transformers import Qwen2VLVideoProcessor

LARGE = ARCHITECTURES[SEVEN]
assert isinstance(LARGE, Architecture)
SMALL = Architecture(
    parameters=0,
    text={
        **LARGE.text,
        "vocab_size": 2000,
        "hidden_size": 256,
        "intermediate_size": 1024,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e4, "mrope_section": [8, 12, 12]},
    },
    vision={**LARGE.vision, "embed_dim": 128, "num_heads": 4, "hidden_size": 256, "depth": 3},
)
ADAPTER = LoraConfig(r=8, lora_dropout=0.1, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")


def asked(kind: str, params: dict[str, Any], **more: Any) -> Asked:
    given = {"id": "s", "kind": kind, "processes": 4, "model": SEVEN, "frames": 8, "frame": (392, 392), **more}
    return Asked(params=params, **given)


@pytest.mark.parametrize("size", [(392, 392), (420, 364), (224, 224), (28, 56)])
def test_tokens_are_those_of_the_real_processor(size: tuple[int, int]) -> None:
    width, height = size
    processor = Qwen2VLVideoProcessor(size={"shortest_edge": 784, "longest_edge": 8 * 448 * 448})
    video = torch.zeros(8, 3, height, width, dtype=torch.uint8)
    out = processor([video], return_tensors="pt", do_sample_frames=False, do_resize=False)
    clip = asked("train/sft", SFT, frame=size).clip
    assert clip.grid == tuple(out["video_grid_thw"][0].tolist())
    assert clip.tokens == int(out["video_grid_thw"][0].prod()) // 4
    assert clip.values == out["pixel_values_videos"].numel()


def test_4_bit_weights_take_the_bytes_that_bitsandbytes_stores() -> None:
    layer = bitsandbytes.nn.Linear4bit(
        512, 1024, bias=False, compress_statistics=True, quant_type="nf4", quant_storage=torch.uint8
    ).to("cpu")
    layer.weight = bitsandbytes.nn.Params4bit(
        torch.randn(1024, 512), requires_grad=False, quant_type="nf4", compress_statistics=True
    ).to("cpu")
    state = layer.weight.quant_state
    tensors = [layer.weight.data, state.absmax, state.state2.absmax]
    stored = sum(tensor.numel() * tensor.element_size() for tensor in tensors)
    assert memory.nf4(1024 * 512) == pytest.approx(stored, rel=0.001)


def test_the_7b_model_has_its_known_weights_and_table_6_its_adapter() -> None:
    with as_on_gpus(4):
        from reprise_trainer.models.loading import init_kwargs

        quantisation = init_kwargs("4-bit")["quantization_config"]
    counts = count(architecture(SEVEN), lora_config(LORA), quantisation)
    assert counts.total == 8_291_375_616
    # Rank 8 on q, k, v, o of 28 layers.
    assert counts.trainable == 28 * 8 * ((3584 + 3584) * 2 + (3584 + 512) * 2)
    assert counts.quantised == 7_198_998_528
    with pytest.raises(StepError, match="dimensions of 'some/model' are not known to preflight"):
        architecture("some/model")


def allocated(step: Callable[..., Step], batch: Batch, **options: Any) -> float:
    """The highest sum of what torch allocates in a step on real tensors, by its profiler."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        step(SMALL, batch, fake=False, **options)
    events = [event for event in seen.profiler.kineto_results.events() if event.name() == "[memory]"]
    total = peak = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        total += event.nbytes()
        peak = max(peak, total)
    return peak


@pytest.mark.parametrize(
    ("step", "options"),
    [
        (measure, {}),
        (measure, {"checkpointing": False}),
        (measure, {"lora": ADAPTER, "autocast": True}),
        (measure_reading, {}),
    ],
    ids=["all weights", "all weights without checkpointing", "adapter", "reading prompts"],
)
def test_memory_of_a_step_is_what_torch_really_allocates(step: Callable[..., Step], options: dict[str, Any]) -> None:
    batch = Batch(rows=2, clip=SMALL.clip(8, (112, 112)), text=400, scored=50)
    fake = step(SMALL, batch, **options)
    with torch.device("meta"):
        weights = sum(parameter.numel() * 2 for parameter in SMALL.build(torch.bfloat16).parameters())
    pixels = batch.rows * batch.clip.values * 4
    # Stated in docs/preflight.md: within 2 %.
    assert fake.peak + weights + pixels == pytest.approx(allocated(step, batch, **options), rel=0.02)


@pytest.mark.parametrize("step", [measure, measure_reading])
def test_the_full_depth_follows_from_shallow_models(step: Callable[..., Step]) -> None:
    batch = Batch(rows=2, clip=SMALL.clip(8, (112, 112)), text=100, scored=20)
    direct = step(SMALL, batch)
    shallow = by_depth(SMALL, lambda shallow: step(shallow, batch))
    assert shallow.saved == pytest.approx(direct.saved, rel=0.001)
    assert shallow.peak == pytest.approx(direct.peak, rel=0.01)
    assert shallow.gradients == pytest.approx(direct.gradients, rel=0.001)
    assert shallow.flops == pytest.approx(direct.flops, rel=0.001)


def test_configurations_are_built_as_on_gpus() -> None:
    with as_on_gpus(4):
        config = sft_config(asked("train/sft", SFT).job(), "none")
    assert (config.bf16, config.gradient_checkpointing, config.use_cpu) == (True, True, False)


def test_an_option_that_a_library_refuses_is_found() -> None:
    with pytest.raises(ValueError, match="must be divisible by num_generations"):
        grpo(asked("train/grpo", {**GRPO, "batch_unit": "completions", "batch_size_per_device": 3, "group_size": 8}))
    with pytest.raises(ValueError, match="nonsense"):
        sft(asked("train/sft", {**SFT, "learning_rate_schedule": "nonsense"}))


def test_a_prompt_that_is_longer_than_the_limit_is_found() -> None:
    with pytest.raises(StepError, match="2916 of them vision, and 'max_prompt_length' is 1000"):
        grpo(asked("train/grpo", {**GRPO, "max_prompt_length": 1000}, frame=(756, 756)))

"""The SFT stage of benchmarks/sft.yaml as one would write it without Reprise: stock TRL, no events, no markers."""

import json
import sys

import torch
from peft import LoraConfig
from reprise_trainer.data.dataset import answerable, as_dataset, read_rows, supervised_records
from reprise_trainer.models.loading import init_kwargs
from reprise_trainer.models.qwen2_vl.processor import load_processor
from transformers import set_seed
from trl import SFTConfig, SFTTrainer

model, dataset, output = sys.argv[1:]
torch.set_num_threads(1)
set_seed(0)
trainer = SFTTrainer(
    model=model,
    train_dataset=as_dataset(supervised_records(answerable(read_rows(dataset, "sft", 8)), "letter", "plain")),
    processing_class=load_processor(model, 8),
    peft_config=LoraConfig(
        r=8,
        lora_alpha=8,
        lora_dropout=0.1,
        target_modules=["q_proj", "k_proj", "v_proj", "o_proj"],
        task_type="CAUSAL_LM",
    ),
    args=SFTConfig(
        output_dir=output,
        per_device_train_batch_size=1,
        gradient_accumulation_steps=2,
        num_train_epochs=1,
        learning_rate=1e-3,
        lr_scheduler_type="cosine",
        warmup_steps=0.1,
        max_grad_norm=0.3,
        optim="adamw_torch",
        weight_decay=0.0,
        max_length=None,
        model_init_kwargs=init_kwargs("4-bit", "float32"),
        save_steps=50,
        save_total_limit=2,
        logging_steps=10,
        report_to=[],
        seed=0,
        data_seed=0,
        disable_tqdm=True,
        bf16=False,
        use_cpu=True,
        gradient_checkpointing=False,
    ),
)
# As in the engine's trainer: adapters in float32, so that both do the same arithmetic.
for parameter in trainer.model.parameters():
    if parameter.requires_grad:
        parameter.data = parameter.data.float()
result = trainer.train()
print(json.dumps({"seconds_per_step": result.metrics["train_runtime"] / trainer.state.global_step}))

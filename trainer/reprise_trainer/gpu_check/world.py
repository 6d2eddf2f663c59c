"""A model of real size with random weights, and clips of real size with questions, made on the spot.

python -m reprise_trainer.gpu_check.world CHECKS.json WORK NAME ...: what has such a name, in the work folder.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers import Qwen2VLForConditionalGeneration, set_seed

from ..data.prompts import prompt_text
from ..models.loading import model_dtype, on_gpu
from ..models.qwen2_vl.architecture import Architecture
from ..models.qwen2_vl.tiny import save_processor
from .checks import QUESTIONS, Checks, Clips, read_checks
from .words import WORDS, build_tokenizer, conversation, text_of

# Clips that differ: what is decoded again and again is kept by the trainers' own cache.
CLIPS = 8
OPTIONS = ["A: left", "B: right"]


def make_tokenizer(clips: Clips, words: int) -> Any:
    """The tokenizer of all models: it knows the words that `make_dataset` uses."""
    asked = prompt_text({"question": " ".join(WORDS), "options": OPTIONS}, clips.prompt)
    return build_tokenizer([asked, " ".join(["", *WORDS]), "user\nassistant\n"] * 50, words)


def make_model(dimensions: Architecture, tokenizer: Any, folder: Path) -> None:
    """Weights as transformers draws them, in the numbers of this device, with a processor. Nothing where it stands."""
    if folder.exists():
        return
    config: Any = dimensions.config()
    ids = {token: tokenizer.convert_tokens_to_ids(f"<|{token}|>") for token in ("image_pad", "video_pad", "im_end")}
    config.image_token_id, config.video_token_id = ids["image_pad"], ids["video_pad"]
    config.vision_start_token_id = tokenizer.convert_tokens_to_ids("<|vision_start|>")
    config.text_config.bos_token_id = None
    config.text_config.eos_token_id = ids["im_end"]
    config.text_config.pad_token_id = tokenizer.pad_token_id
    set_seed(0)
    with torch.device("cuda" if on_gpu() else "cpu"):
        model = Qwen2VLForConditionalGeneration._from_config(config, dtype=getattr(torch, model_dtype()))
    aside = folder.with_suffix(".partial")
    model.save_pretrained(aside)
    save_processor(tokenizer, aside)
    aside.replace(folder)


def make_dataset(clips: Clips, tokenizer: Any, folder: Path) -> None:
    """What frames/extract would write: strips, frames.jsonl and questions.jsonl. Nothing where it stands."""
    if folder.exists():
        return
    draw = random.Random(0)
    aside = folder.with_suffix(".partial")
    (aside / "strips").mkdir(parents=True, exist_ok=True)
    frames = [
        {"video": f"{number}.mp4", "strip": _strip(aside, number, clips), "index": list(range(clips.frames))}
        for number in range(CLIPS)
    ]
    splits = [split for split, rows in clips.rows.items() for _ in range(rows)]
    questions = [_row(number, split, clips, tokenizer, draw) for number, split in enumerate(splits)]
    for name, lines in (("frames", frames), ("questions", questions)):
        (aside / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    aside.replace(folder)


def make_world(checks: Checks, work: Path, needed: set[str]) -> None:
    """The models and the questions that are needed, in the work folder."""
    tokenizer = make_tokenizer(checks.clips, checks.words)
    if QUESTIONS in needed:
        make_dataset(checks.clips, tokenizer, work / QUESTIONS)
    for name, dimensions in checks.models.items():
        if name in needed:
            make_model(dimensions, tokenizer, work / name)


def _strip(folder: Path, number: int, clips: Clips) -> str:
    """Frames stacked top to bottom, of large squares of random colours."""
    width, height = clips.frame
    small = np.random.default_rng(number).integers(0, 256, (clips.frames * height // 14, width // 14, 3), np.uint8)
    name = f"strips/{number}.png"
    Image.fromarray(small).resize((width, clips.frames * height), Image.Resampling.NEAREST).save(folder / name)
    return name


def _row(number: int, split: str, clips: Clips, tokenizer: Any, draw: random.Random) -> dict[str, Any]:
    def asked(question: str) -> str:
        return prompt_text({"question": question, "options": OPTIONS}, clips.prompt)

    question = text_of(clips.prompt_tokens, lambda text: conversation(tokenizer, asked(text)), draw)
    whole = clips.prompt_tokens + clips.answer_tokens
    answer = text_of(whole, lambda text: conversation(tokenizer, asked(question), text), draw)
    return {
        "id": f"row-{number}",
        "video": f"{number % CLIPS}.mp4",
        "split": split,
        "question": question,
        "options": OPTIONS,
        "answer": "AB"[number % 2],
        "targets": {"letter": answer, "reverse-thinking": answer},
    }


if __name__ == "__main__":
    make_world(read_checks(Path(sys.argv[1])), Path(sys.argv[2]), set(sys.argv[3:]))

"""Qwen2-VL's special tokens and its template for conversations."""

from __future__ import annotations

# In the order of their ids, which begin behind the words: 151643 in the released model (its tokenizer_config.json).
SPECIAL = [
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
]
VISION = [token for token in SPECIAL if token.endswith(("_pad|>", "vision_start|>", "vision_end|>"))]
FORBIDDEN = [*VISION, "<|im_start|>"]
# How a clip stands in a prompt; its middle token becomes as many as the clip has.
CLIP = "<|vision_start|><|image_pad|><|vision_end|>"
# The released template without its default system message.
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% if message.content is string %}{{ message.content }}"
    "{% else %}{% for part in message.content %}"
    "{% if part.type == 'image' %}" + CLIP + "{% else %}{{ part.text }}{% endif %}"
    "{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

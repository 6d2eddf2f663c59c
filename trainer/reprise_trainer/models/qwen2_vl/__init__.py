"""All that is true of Qwen2-VL alone."""

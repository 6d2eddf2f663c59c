"""accelerate's own object for dividing the weights, built from the file that `accelerate launch` would read."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

from ..launching.accelerate_keys import require_known_keys


def sharding_plugin(config: dict[str, Any] | None) -> Any:
    """FullyShardedDataParallelPlugin or DeepSpeedPlugin, or None where nothing is divided.

    By accelerate's way: file, options of `accelerate launch`, environment variables, plugin. Raises StepError for a key
    that accelerate would ignore, ValueError for a value that it refuses.
    """
    if config is None:
        return None
    from accelerate.commands.launch import _validate_launch_command, launch_command_parser
    from accelerate.utils import DeepSpeedPlugin, FullyShardedDataParallelPlugin
    from accelerate.utils.launch import prepare_deepspeed_cmd_env, prepare_multi_gpu_env

    require_known_keys(config)
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ):
        file = Path(folder) / "accelerate.yaml"
        file.write_text(json.dumps(config), encoding="utf-8")
        options = launch_command_parser().parse_args(["--config_file", str(file), "-m", __package__ or ""])
        arguments, *_ = _validate_launch_command(options)
        if arguments.use_deepspeed:
            # As launch_command does, which goes on to start the processes.
            arguments.deepspeed_fields_from_accelerate_config = ",".join(config["deepspeed_config"])
            os.environ.update(prepare_deepspeed_cmd_env(arguments)[1])
            return DeepSpeedPlugin()
        if arguments.use_fsdp:
            os.environ.update(prepare_multi_gpu_env(arguments))
            return FullyShardedDataParallelPlugin()
        return None

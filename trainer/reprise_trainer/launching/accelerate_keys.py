"""The keys of an accelerate config: inside a section accelerate ignores one that it does not know."""

from __future__ import annotations

from typing import Any

from ..job.errors import StepError

SECTIONS = ("fsdp_config", "deepspeed_config")


def require_known_keys(config: dict[str, Any]) -> None:
    """Refuse a key that would come to nothing. Raises StepError.

    At the top the fields of accelerate's ClusterConfig count. Inside a section accelerate makes options of
    `accelerate launch` of the keys, so those count.
    """
    from accelerate.commands.config.config_args import ClusterConfig
    from accelerate.commands.launch import launch_command_parser

    options = {action.dest for action in launch_command_parser()._actions}
    unknown = sorted(set(config) - set(ClusterConfig.__dataclass_fields__))
    for section in SECTIONS:
        for key in config.get(section, {}):
            named = key.startswith("fsdp_") or section != "fsdp_config"
            if (key if named else f"fsdp_{key}") not in options:
                unknown.append(f"{section}.{key}")
    if unknown:
        raise StepError("environment", f"accelerate does not know {', '.join(unknown)}, and would ignore it.")

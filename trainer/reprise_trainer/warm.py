"""python -m reprise_trainer.warm: import all that a step can import, once, so that Python keeps it compiled.

The last line that it prints is a JSON object: `ffmpeg`, the program that the environment carries.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

from .__main__ import KINDS

# What the libraries load when a model is loaded, and not before.
LATER = (
    "peft.tuners.lora.bnb",
    "peft.utils.transformers_weight_conversion",
    "torch.utils.serialization",
    "transformers.integrations.bitsandbytes",
)


def load() -> None:
    """Import what the steps of all kinds import. Raise ImportError where the environment is not whole."""
    for module in KINDS.values():
        import_module(f".kinds.{module}", __package__)
    from .models.families import FAMILIES

    families = (module for family in FAMILIES.values() for module in family.loaded_later)
    for module in (*LATER, *families):
        import_module(module)


def main() -> None:
    """Import it all, and what preflight imports. Raise ImportError where the environment is not whole."""
    load()
    import_module(".preflight.stages", __package__)
    import imageio_ffmpeg

    print(json.dumps({"ffmpeg": str(Path(imageio_ffmpeg.get_ffmpeg_exe()).resolve())}))


if __name__ == "__main__":
    main()

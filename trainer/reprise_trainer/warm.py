"""python -m reprise_trainer.warm: import all that a step can import, once, so that Python keeps it compiled."""

from __future__ import annotations

from importlib import import_module

from .__main__ import KINDS
from .launching.late import load_compiler

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
    load_compiler()


def main() -> None:
    """Import it all, and what preflight imports. Raise ImportError where the environment is not whole."""
    load()
    import_module(".preflight.stages", __package__)


if __name__ == "__main__":
    main()

"""What a process imports that others are forked from: all that a step can import."""

from __future__ import annotations

import gc

from reprise_trainer import warm
from reprise_trainer.__main__ import before_libraries

# As reprise_trainer.host does.
gc.disable()
before_libraries("fastest")
warm.load()
gc.collect()
gc.freeze()
gc.enable()

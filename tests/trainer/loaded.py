"""What a process imports that others are forked from: all that a step can import."""

from __future__ import annotations

from reprise_trainer import warm
from reprise_trainer.__main__ import before_libraries

before_libraries("fastest")
warm.load()

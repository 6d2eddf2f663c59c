"""Scores with their uncertainty, and the baselines that must stand beside them."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any


def wilson(successes: int, trials: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (E. B. Wilson, 1927); (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0
    share = successes / trials
    scale = 1 + z * z / trials
    centre = share + z * z / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return (centre - half) / scale, (centre + half) / scale


def score(predictions: list[dict[str, Any]]) -> dict[str, Any]:
    """Accuracy over all samples: unparsed replies and errors stay in the denominator."""
    statuses = Counter(prediction["status"] for prediction in predictions)
    total = len(predictions)
    low, high = wilson(statuses["correct"], total)
    golds = Counter(prediction["gold"] for prediction in predictions)
    groups: dict[str, list[bool]] = {}
    for prediction in predictions:
        name = f"{prediction['task']}/{prediction['way']}"
        groups.setdefault(name, []).append(prediction["status"] == "correct")
    return {
        "samples": total,
        "accuracy": statuses["correct"] / total,
        "accuracy_low": low,
        "accuracy_high": high,
        "chance": sum(1 / prediction["options"] for prediction in predictions) / total,
        "majority": max(golds.values()) / total,
        **{name: statuses[name] for name in ("correct", "wrong", "unparsed", "error")},
        **{f"accuracy[{name}]": sum(hits) / len(hits) for name, hits in sorted(groups.items())},
    }

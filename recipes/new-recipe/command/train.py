"""Learns to tell two clouds of points apart; put your own training in its place."""

import json
import math
import os
import random
import sys
from pathlib import Path

rate, epochs = float(os.environ["LEARNING_RATE"]), int(os.environ["EPOCHS"])
chance = random.Random(int(os.environ["SEED"]))
points = [(chance.gauss(1.5 * side, 1), chance.gauss(-1.5 * side, 1), side > 0) for side in (-1, 1) for _ in range(200)]
chance.shuffle(points)
train, test = points[:300], points[300:]
w = [0.0, 0.0, 0.0]


def likely(x: float, y: float) -> float:
    """How likely a point is of the right cloud."""
    return 1 / (1 + math.exp(-(w[0] * x + w[1] * y + w[2])))


def report(step: int, **values: float) -> None:
    """Tells Reprise numbers, for progress, charts and claims."""
    with open(os.environ["REPRISE_EVENTS"], "a") as events:
        events.write(json.dumps({"event": "metrics", "time": 0, "step": step, "values": values}) + "\n")


for epoch in range(1, epochs + 1):
    loss = 0.0
    for x, y, right in train:
        p = likely(x, y)
        loss -= math.log(max(p if right else 1 - p, 1e-12)) / len(train)
        for index, value in enumerate((x, y, 1.0)):
            w[index] -= rate * (p - right) * value / len(train)
    report(epoch, loss=loss)

report(epochs, accuracy=sum((likely(x, y) > 0.5) == right for x, y, right in test) / len(test))
Path(sys.argv[1], "weights.json").write_text(json.dumps(w))
dots = "".join(
    f'<circle cx="{50 + 12 * x:.1f}" cy="{50 + 12 * y:.1f}" r="1" fill="{"crimson" if right else "navy"}"/>'
    for x, y, right in test
)
Path(sys.argv[1], "points.svg").write_text(
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{dots}</svg>'
)

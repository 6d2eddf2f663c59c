"""Measured beside counted, as a table."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

GB = 1e9
Row = tuple[str, str, str, str]


def show(found: dict[str, Any]) -> str:
    """One line a number: what, measured, counted by preflight, measured over counted."""
    rows: list[Row] = [("", "measured", "counted", "ratio")]
    for name, check in found["checks"].items():
        rows += _rows(name, check)
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(row[c].rjust(widths[c]) for c in (1, 2, 3))]).rstrip() for row in rows
    ]
    machine = found["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    card = machine["card"] or "no CUDA GPU"
    head = f"{card}, driver {machine['driver']}, CUDA {machine['cuda']}, {versions}, {machine['date']}"
    return "\n".join([head, *lines])


def _rows(name: str, check: dict[str, Any]) -> Iterator[Row]:
    if "phases" not in check:
        yield name, "failed" if "failed" in check else "left out", "", ""
        return
    counted = check["counted"]
    for phase, seen in check["phases"].items():
        bytes_ = counted.get("phases", {}).get(phase)
        if seen["allocated"] is not None:
            yield _row(f"{name}, {phase}: memory of tensors, GB", seen["allocated"] / GB, _over(bytes_, GB))
            whole = None if bytes_ is None else bytes_ + counted["overhead"]
            yield _row(f"{name}, {phase}: memory of the GPU, GB", seen["driver"] / GB, _over(whole, GB))
        yield _row(f"{name}, {phase}: seconds a call", median(seen["seconds"]), None)
        if seen["tokens"]:
            yield _row(f"{name}, {phase}: tokens a second", seen["tokens"] / sum(seen["seconds"]), None)
    seconds = seconds_a_unit(check)
    if seconds is not None:
        unit = check["progress"][0][2]
        yield _row(f"{name}: seconds a {unit}", seconds, counted.get("seconds"))
    if "resumed" in check:
        yield name, _resumed(check["resumed"]), "", ""
    if check.get("not_deterministic"):
        yield f"{name}: operations without a deterministic kernel", str(len(check["not_deterministic"])), "", ""


def seconds_a_unit(check: dict[str, Any]) -> float | None:
    """Median of the seconds from one report of progress to the next, a unit of work; the first one warms up."""
    progress = check["progress"]
    pairs = zip(progress[1:], progress[2:], strict=False)
    spans = [(after[0] - before[0]) / (after[1] - before[1]) for before, after in pairs if after[1] > before[1]]
    return median(spans) if spans else None


def _resumed(resumed: dict[str, Any]) -> str:
    same = "the same bytes" if resumed["bytes"] else "other bytes"
    parts = [f"killed and resumed at step {resumed['checkpoint']}: {same}"]
    for when in ("before", "after"):
        odd = resumed[when]
        if odd is not None:
            parts.append(f"{when} it {odd['metric']} at step {odd['step']}: {odd['undisturbed']} and {odd['other']}")
    return "; ".join(parts)


def _over(value: float | None, by: float) -> float | None:
    return None if value is None else value / by


def _row(what: str, measured: float, counted: float | None) -> Row:
    ratio = "" if not counted else f"{measured / counted:.2f}"
    return what, _number(measured), "" if counted is None else _number(counted), ratio


def _number(value: float) -> str:
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"

"""Measured beside counted, as a table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from statistics import median
from typing import Any

GB = 1e9
Row = tuple[str, str, str, str]


def show(found: dict[str, Any]) -> str:
    """One line a number: what, measured, counted by preflight, measured over counted; then what no number says."""
    rows: list[Row] = [("", "measured", "counted", "ratio")]
    notes: list[str] = []
    for name, check in found["checks"].items():
        rows += _rows(name, check)
        notes += _notes(name, check)
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(row[c].rjust(widths[c]) for c in (1, 2, 3))]).rstrip() for row in rows
    ]
    return "\n".join([_machine(found["machine"]), *lines, *notes])


def seconds_a_unit(check: dict[str, Any]) -> float | None:
    """Median of the seconds from one report of progress to the next, a unit of work; the first one warms up."""
    progress = check["progress"]
    pairs = pairwise(progress[1:])
    spans = [(after[0] - before[0]) / (after[1] - before[1]) for before, after in pairs if after[1] > before[1]]
    return median(spans) if spans else None


def whole_of_gpu(check: dict[str, Any]) -> float | None:
    """Counted bytes of the GPU at the worst moment of the phases that were seen; None where nothing is counted."""
    counted = check["counted"]
    sums = [
        parts["tensors"] + parts["held"] for name, parts in counted.get("phases", {}).items() if name in check["phases"]
    ]
    return max(sums) + counted["overhead"] if sums else None


def _rows(name: str, check: dict[str, Any]) -> Iterator[Row]:
    counted = check["counted"]
    for phase, seen in check.get("phases", {}).items():
        if seen["allocated"] is not None:
            tensors = counted.get("phases", {}).get(phase, {}).get("tensors")
            yield _row(f"{name}, {phase}: GB of tensors", seen["allocated"] / GB, _in_gb(tensors))
        yield _row(f"{name}, {phase}: seconds a call", median(seen["seconds"]), None)
        if seen["tokens"]:
            yield _row(f"{name}, {phase}: tokens a second", seen["tokens"] / sum(seen["seconds"]), None)
    taken = [seen["driver"] for seen in check.get("phases", {}).values() if seen["driver"] is not None]
    if taken:
        yield _row(f"{name}: GB of the GPU", max(taken) / GB, _in_gb(whole_of_gpu(check)))
    if check.get("elsewhere") is not None and "whole_seconds" in check:
        yield f"{name}: seconds in all", _number(check["whole_seconds"]), "", ""
        yield f"{name}: seconds in all, in the run", _number(check["elsewhere"]), "", ""
    seconds = seconds_a_unit(check) if "progress" in check else None
    if seconds is not None:
        yield _row(f"{name}: seconds a {check['progress'][0][2]}", seconds, counted.get("seconds"))


def _notes(name: str, check: dict[str, Any]) -> Iterator[str]:
    if "failed" in check:
        yield f"{name} failed: {check['failed']}"
    if "left_out" in check:
        yield f"{name} was left out: {check['left_out']}"
    if "resumed" in check:
        yield f"{name}: {_resumed(check['resumed'])}"


def _resumed(resumed: dict[str, Any]) -> str:
    same = "ends with the same bytes" if resumed["bytes"] else "ends with other bytes"
    parts = [f"killed and resumed at step {resumed['checkpoint']}, {same} as an undisturbed run"]
    for when in ("before", "after"):
        odd = resumed[when]
        if odd is not None:
            pair = f"{odd['undisturbed']} and {odd['other']}"
            parts.append(f"the first difference {when} the kill is {odd['metric']} of step {odd['step']}, {pair}")
    return "; ".join(parts)


def _machine(machine: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    card = "no CUDA GPU" if machine["card"] is None else f"{machine['card']}, driver {machine['driver']}"
    return f"{card}, CUDA {machine['cuda']}, {machine['cpus']} CPUs, {versions}, {machine['date']}"


def _in_gb(value: float | None) -> float | None:
    return None if value is None else value / GB


def _row(what: str, measured: float, counted: float | None) -> Row:
    ratio = "" if not counted else f"{measured / counted:.2f}"
    return what, _number(measured), "" if counted is None else _number(counted), ratio


def _number(value: float) -> str:
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"

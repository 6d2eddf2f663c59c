"""trainer/rooms.json states the rooms from the ground up, each with those that it may import."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

TRAINER = Path(__file__).parents[2] / "trainer"
PACKAGE = TRAINER / "reprise_trainer"
ROOMS: dict[str, list[str]] = json.loads((TRAINER / "rooms.json").read_text())
# What is started: these bring the rooms together.
ENTRIES = {"__init__", "__main__", "host", "launch", "warm", "weights"}


def names_of(file: Path) -> tuple[str, ...]:
    """A module's name below the package; a package's own is that of its folder."""
    names = file.relative_to(PACKAGE).with_suffix("").parts
    return names[:-1] if names[-1] == "__init__" and len(names) > 1 else names


MODULES = {names_of(file): file for file in PACKAGE.rglob("*.py")}


def imported_by(file: Path) -> Iterator[tuple[str, ...]]:
    """The package's modules that a module imports, also inside of functions."""
    folder = file.relative_to(PACKAGE).parts[:-1]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith(PACKAGE.name) for alias in node.names), f"{file}: import it relatively"
        if not isinstance(node, ast.ImportFrom):
            continue
        assert node.level or not (node.module or "").startswith(PACKAGE.name), f"{file}: import it relatively"
        if node.level:
            base = (*folder[: len(folder) - node.level + 1], *(node.module or "").split("."))
            base = tuple(name for name in base if name)
            yield from ((*base, alias.name) if (*base, alias.name) in MODULES else base for alias in node.names)


def test_every_module_stands_in_a_room_or_is_an_entry() -> None:
    assert {names[0] for names in MODULES} - set(ROOMS) == ENTRIES
    assert set(ROOMS) <= {names[0] for names in MODULES if len(names) > 1}


def test_a_room_imports_only_those_below_it() -> None:
    order = [*ROOMS, *ENTRIES]
    assert [
        (room, below)
        for room in ROOMS
        for below in ROOMS[room]
        if below in ROOMS and order.index(below) > order.index(room)
    ] == []
    wrong = [
        f"{'.'.join(names)} imports {'.'.join(other)}"
        for names, file in MODULES.items()
        if names[0] in ROOMS
        for other in imported_by(file)
        if other[0] != names[0] and other[0] not in ROOMS[names[0]]
    ]
    assert wrong == []


def test_no_room_may_import_one_that_nothing_of_it_needs() -> None:
    used = {(names[0], other[0]) for names, file in MODULES.items() for other in imported_by(file)}
    assert [(room, below) for room in ROOMS for below in ROOMS[room] if (room, below) not in used] == []


def test_imports_have_no_cycle() -> None:
    graph = {
        names: {other for other in imported_by(file) if other in MODULES and other != names}
        for names, file in MODULES.items()
    }
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)

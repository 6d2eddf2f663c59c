"""modules.py MODULE...: for each module of the trainer, what it imports of it, as JSON: {module: {file: digest}}.

A digest is of the syntax tree without docstrings: comments, blanks and line breaks do not alter it, nor does the
version of Python. A data file beside the modules counts where its name stands in one.
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

PACKAGE = Path("trainer/reprise_trainer")


def tree(node: Any) -> Any:
    """A syntax tree as plain lists; what is empty is left out, since versions of Python have other empty fields."""
    if isinstance(node, list):
        return [tree(one) for one in node]
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = [(name, value) for name, value in ast.iter_fields(node) if value not in (None, [])]
    return [type(node).__name__, *([name, tree(value)] for name, value in sorted(fields, key=lambda field: field[0]))]


def without_docstrings(parsed: ast.Module) -> ast.Module:
    """The same tree, changed in place."""
    for node in ast.walk(parsed):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body = node.body[1:]
    return parsed


def digest(value: Any) -> str:
    """A short name for a plain value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def file_of(name: str) -> Path | None:
    """The file of a module, by its dotted name below the package."""
    place = PACKAGE.joinpath(*name.split(".")) if name else PACKAGE
    for file in (place.with_suffix(".py"), place / "__init__.py"):
        if file.is_file():
            return file
    return None


def imports_of(parsed: ast.Module, file: Path) -> set[str]:
    """Dotted names, below the package, of the modules that a module may import."""
    parts = file.relative_to(PACKAGE).parts[:-1]
    found: set[str] = set()
    for node in ast.walk(parsed):
        if isinstance(node, ast.ImportFrom) and node.level > 0:
            above = list(parts[: len(parts) - node.level + 1])
            base = [*above, *(node.module.split(".") if node.module else [])]
            found.update(".".join([*base, alias.name]) for alias in node.names)
            found.add(".".join(base))
    return {name for name in found if name and file_of(name) is not None}


def sources(start: str) -> dict[str, str]:
    """Digests of a module and of all that it imports of the package."""
    waiting, seen, found = [start], set(), {}
    while waiting:
        name = waiting.pop()
        file = file_of(name)
        if file is None or file in seen:
            continue
        seen.add(file)
        parsed = without_docstrings(ast.parse(file.read_text(encoding="utf-8")))
        found[file.as_posix()] = digest(tree(parsed))
        waiting.extend(imports_of(parsed, file))
        for node in ast.walk(parsed):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(".json"):
                data = file.parent / Path(node.value).name
                if data.is_file():
                    found[data.as_posix()] = digest(json.loads(data.read_text(encoding="utf-8")))
    return found


print(json.dumps({name: sources(name) for name in sys.argv[1:]}))

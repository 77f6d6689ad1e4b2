"""Sentences as the source has them, with `…` for what is inserted at run time."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
GAP = "…"


@cache
def trees() -> tuple[ast.Module, ...]:
    """The syntax trees of the program and of the migrations."""
    paths = [path for folder in ("migrator", "migrations") for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(ast.parse(path.read_text(encoding="utf-8")) for path in paths)


def sentence(node: ast.expr) -> str:
    """A text as written in the source, with a gap for each part that is known only at run time."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(GAP if isinstance(part, ast.FormattedValue) else sentence(part) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return sentence(node.left) + sentence(node.right)
    return GAP

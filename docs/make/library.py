"""The page of the library: docs/reference/library.md."""

from __future__ import annotations

import ast
import inspect

from docs.make.markdown import marked
from migrator import api


def pages() -> dict[str, str]:
    """The page by its path below docs/."""
    here = [getattr(api, name) for name in api.__all__ if not name[0].isupper()]
    records = [getattr(api, name) for name in api.__all__ if hasattr(getattr(api, name), "_fields")]
    errors = [getattr(api, name) for name in api.__all__ if name.endswith("Error")]
    parts = ["# Library", _text(api), "## Functions", *map(_function, here)]
    parts += ["## Records", *map(_record, records)]
    parts += ["## Errors", "\n".join(f"- `{each.__name__}`: {marked(_first(each))}" for each in errors)]
    return {"reference/library.md": "\n\n".join(parts) + "\n"}


def _function(function: object) -> str:
    assert inspect.isfunction(function)
    written = ast.parse(inspect.getsource(function)).body[0]
    assert isinstance(written, ast.FunctionDef) and written.returns is not None
    head = f"{written.name}({ast.unparse(written.args)}) -> {ast.unparse(written.returns)}"
    return f"### {written.name}\n\n```python\n{head}\n```\n\n{_text(function)}"


def _record(record: type) -> str:
    fields = ", ".join(f"`{name}`" for name in getattr(record, "_fields", ()))
    return f"### {record.__name__}\n\n{_text(record)}\n\nFields: {fields}."


def _text(thing: object) -> str:
    """The docstring; its indented examples are code in Markdown, too."""
    blocks = (inspect.getdoc(thing) or "").split("\n\n")
    return "\n\n".join(block if block.startswith("    ") else marked(block) for block in blocks)


def _first(error: type) -> str:
    return (inspect.getdoc(error) or "").split("\n\n")[0].replace("\n", " ")

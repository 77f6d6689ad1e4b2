"""The pages of the files and outputs that have a JSON Schema: docs/reference/."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from docs.make.code import ROOT
from docs.make.markdown import cell, marked, table

Schema = dict[str, Any]

PAGES = {
    "project": "The project file",
    "answers": "The answers file",
    "report": "JSON (`--format json`)",
    "migrations": "JSON of `list` and `explain`",
}


def pages() -> dict[str, str]:
    """The pages by their path below docs/."""
    return {f"reference/{name}.md": _page(name, title) for name, title in PAGES.items()}


def _page(name: str, title: str) -> str:
    whole = json.loads((ROOT / "migrator" / "report" / "schemas" / f"{name}.json").read_text("utf-8"))
    parts = [f"# {title}"]
    parts += [marked(whole["description"])] if "description" in whole else []
    parts.append(
        f"`infrahub-migrator schema {name}` prints the JSON Schema (`{whole['$id']}`), for editors and programs."
    )
    parts += _objects("", whole, whole)
    return "\n\n".join(parts) + "\n"


def _objects(name: str, schema: Schema, whole: Schema) -> Iterator[str]:
    """A table for the object, then one for each named object in the definitions."""
    yield from _table(name, schema, whole)
    if not name:
        for inner, definition in whole.get("$defs", {}).items():
            yield from _table(inner, definition, whole)


def _table(name: str, schema: Schema, whole: Schema) -> Iterator[str]:
    rows = list(_rows("", schema, whole))
    if not rows:
        return
    if name:
        yield f"## {name}"
    if name and "description" in schema:
        yield marked(schema["description"])
    yield table(["key", "type", "what"], rows).rstrip()


def _rows(before: str, schema: Schema, whole: Schema) -> Iterator[list[str]]:
    for key, value in schema.get("properties", {}).items():
        path = f"{before}{key}"
        yield [
            f"`{path}`",
            _type(value, whole),
            cell(marked(_description(value, whole))),
        ]
        yield from _rows(f"{path}.", value, whole)
        items = value.get("items", {})
        yield from _rows(f"{path}[].", items, whole)


def _description(schema: Schema, whole: Schema) -> str:
    text: str = schema.get("description") or _resolved(schema, whole).get("description", "")
    return text


def _type(schema: Schema, whole: Schema) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        inner = _resolved(schema, whole)
        return f"[{name}](#{name.lower()})" if inner.get("properties") else _type(inner, whole)
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    if "items" in schema:
        return f"list of {_type(schema['items'], whole)}" if schema["items"] else "list"
    for word in ("anyOf", "oneOf"):
        if word in schema and "type" not in schema:
            return " or ".join(dict.fromkeys(_type(each, whole) for each in schema[word]))
    kinds = schema.get("type", "anything")
    return " or ".join(kinds) if isinstance(kinds, list) else str(kinds)


def _resolved(schema: Schema, whole: Schema) -> Schema:
    while "$ref" in schema:
        found: Schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
        schema = found
    return schema

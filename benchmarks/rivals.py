"""Edits by other engines, as far as each supports them; None if it does not."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from migrator.values.edits import AddKey, Edit, InsertItem, RemoveItems, RemoveKey, RenameKey, SetValue


def available() -> dict[str, Callable[[bytes, Edit], bytes | None]]:
    """The engines that are installed."""
    engines: dict[str, Callable[[bytes, Edit], bytes | None]] = {
        "ruamel.yaml": ruamel_default,
        "ruamel.yaml, tuned": ruamel_tuned,
    }
    try:
        import yaml_edit
    except ImportError:
        print("yaml-edit is not installed; it is left out of the comparison.")
    else:
        assert yaml_edit
        engines["yaml-edit"] = yaml_edit_engine
    return engines


def ruamel_default(data: bytes, edit: Edit) -> bytes | None:
    from ruamel.yaml import YAML

    return _ruamel(YAML(), data, edit)


def ruamel_tuned(data: bytes, edit: Edit) -> bytes | None:
    """The settings that a careful user finds: keep quotes, do not fold, and use the file's list indent."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1 << 20
    indented = b"\n  - " in data or b"\n    - " in data
    yaml.indent(mapping=2, sequence=4 if indented else 2, offset=2 if indented else 0)
    yaml.explicit_start = data.startswith(b"---")
    return _ruamel(yaml, data, edit)


def _ruamel(yaml: Any, data: bytes, edit: Edit) -> bytes | None:
    tree = yaml.load(data)
    if not _change(tree, edit):
        return None
    out = io.BytesIO()
    yaml.dump(tree, out)
    return out.getvalue()


def _change(tree: Any, edit: Edit) -> bool:
    """Carry out an edit on ruamel.yaml's round-trip tree; False if its interface has no such edit."""
    route = edit.route
    here = tree
    for key in route[:-1] if not isinstance(edit, (InsertItem, RemoveItems)) else route:
        if isinstance(edit, AddKey) and (key not in here or here[key] is None):
            here[key] = {}
        here = here[key]
    if isinstance(edit, SetValue):
        here[route[-1]] = edit.value
    elif isinstance(edit, AddKey):
        position = _position(list(here), edit)
        here.insert(position, route[-1], edit.value)
    elif isinstance(edit, RemoveKey):
        del here[route[-1]]
    elif isinstance(edit, RenameKey):
        position = list(here).index(route[-1])
        value = here.pop(route[-1])
        here.insert(position, edit.name, value)
    elif isinstance(edit, InsertItem):
        here.insert(_position(list(range(len(here))), edit), edit.value)
    else:
        for index in reversed(edit.indexes):
            del here[index]
    return True


def _position(siblings: list[Any], edit: AddKey | InsertItem) -> int:
    side, sibling = edit.place.side, edit.place.sibling
    if side in ("first", "last"):
        return 0 if side == "first" else len(siblings)
    return siblings.index(sibling) + (side == "after")


def yaml_edit_engine(data: bytes, edit: Edit) -> bytes | None:
    """yaml-edit, by its own methods where it has them; missing parents are not created for it."""
    from yaml_edit import Document

    document = Document.parse(data.decode())
    on_list = isinstance(edit, (InsertItem, RemoveItems))
    here = _collection(document)
    for key in edit.route if on_list else edit.route[:-1]:
        if isinstance(edit, AddKey) and isinstance(key, str) and not here.contains_key(key):
            return None
        here = _collection(here[key])
        if here is None:
            return None
    name = edit.route[-1] if edit.route else None
    if isinstance(edit, SetValue):
        here.set(name, edit.value)
    elif isinstance(edit, RemoveKey):
        here.remove(name)
    elif isinstance(edit, RenameKey):
        here.rename_key(name, edit.name)
    elif isinstance(edit, RemoveItems):
        for index in reversed(edit.indexes):
            here.remove(index)
    elif isinstance(edit, InsertItem):
        here.insert(_position(list(range(len(here))), edit), edit.value)
    elif edit.place.side in ("before", "after"):
        insert = here.insert_before if edit.place.side == "before" else here.insert_after
        insert(edit.place.sibling, name, edit.value)
    elif edit.place.side == "first":
        here.insert_at_index(0, name, edit.value)
    else:
        here.set(name, edit.value)
    return str(document).encode()


def _collection(node: Any) -> Any:
    """A document or a node as the mapping or the list that it is."""
    found = node.as_mapping()
    return node.as_sequence() if found is None else found

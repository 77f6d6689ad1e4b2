"""The change of a document's data as a JSON Patch (RFC 6902), https://www.rfc-editor.org/rfc/rfc6902.

Operations are in the order in which they apply. Before a list item is removed, a `test` checks its value, so that the
patch cannot remove a different entry from another file. Values that an object holds as text are replaced as text,
since no JSON pointer leads into them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrator.report.linediff import Block, blocks
from migrator.report.mask import Mask
from migrator.report.result_records import DocumentReport
from migrator.report.yaml_numbers import plain
from migrator.values.edits import Value

Operation = dict[str, Value]

_MASKED = (
    "Credentials are masked (***1, ***2, ...), so this patch cannot be applied; --show-secrets prints one that can."
)


class _Node(NamedTuple):
    """A value, and the value shown, which differs if it contains a credential."""

    raw: Value
    shown: Value


def operations(document: DocumentReport, mask: Mask) -> list[Operation]:
    """The operations that turn the document's data into that after the migration; empty if nothing changes.

    If a credential had to be masked, a test that always fails comes first, so that no program applies the patch.
    """
    before, after = (_Node(plain(data), plain(mask.value(data))) for data in (document.before, document.after))
    found = list(_changed(before, after, ""))
    shown = [operation for operation, _ in found]
    if any(is_masked for _, is_masked in found):
        return [{"op": "test", "path": "", "value": _MASKED}, *shown]
    return shown


def _changed(before: _Node, after: _Node, at: str) -> Iterator[tuple[Operation, bool]]:
    """Each operation, and whether masking changed its value."""
    if isinstance(before.raw, dict) and isinstance(after.raw, dict):
        for key in before.raw:
            if key not in after.raw:
                yield {"op": "remove", "path": _below(at, key)}, False
            else:
                yield from _changed(_child(before, key), _child(after, key), _below(at, key))
        for key in after.raw:
            if key not in before.raw:
                yield _with_value("add", _below(at, key), _child(after, key))
    elif isinstance(before.raw, list) and isinstance(after.raw, list):
        yield from _changed_list(_items(before), _items(after), at)
    elif _key(before.raw) != _key(after.raw):
        yield _with_value("replace", at, after)


def _changed_list(before: Sequence[_Node], after: Sequence[_Node], at: str) -> Iterator[tuple[Operation, bool]]:
    """Last item first, so that no operation shifts an item that a later one addresses."""
    for block in reversed(blocks([_key(item.raw) for item in before], [_key(item.raw) for item in after])):
        pairs = _pairs(before, after, block)
        for number in reversed(range(block.start + pairs, block.end)):
            yield from _test(before[number], f"{at}/{number}")
            yield {"op": "remove", "path": f"{at}/{number}"}, False
        for number in range(block.new_start + pairs, block.new_end):
            yield _with_value("add", f"{at}/{block.start + number - block.new_start}", after[number])
        for offset in reversed(range(pairs)):
            number = block.start + offset
            yield from _test(before[number], f"{at}/{number}", only_named=True)
            yield from _changed(before[number], after[block.new_start + offset], f"{at}/{number}")


def _pairs(before: Sequence[_Node], after: Sequence[_Node], block: Block) -> int:
    """How many items at the start of a block are changed, not replaced: entries with equal names on both sides."""
    pairs = 0
    for one, other in zip(before[block.start : block.end], after[block.new_start : block.new_end]):
        if _name(one.raw) is None or _name(one.raw) != _name(other.raw):
            break
        pairs += 1
    return pairs


def _test(item: _Node, at: str, *, only_named: bool = False) -> Iterator[tuple[Operation, bool]]:
    if _name(item.raw) is not None:
        yield _with_value("test", f"{at}/name", _child(item, "name"))
    elif not only_named:
        yield _with_value("test", at, item)


def _with_value(op: str, path: str, value: _Node) -> tuple[Operation, bool]:
    return {"op": op, "path": path, "value": value.shown}, _key(value.raw) != _key(value.shown)


def _name(value: Value) -> Value:
    return value.get("name") if isinstance(value, dict) else None


def _child(node: _Node, key: str) -> _Node:
    assert isinstance(node.raw, dict) and isinstance(node.shown, dict), "masking changes no mapping"
    return _Node(node.raw[key], node.shown[key])


def _items(node: _Node) -> list[_Node]:
    assert isinstance(node.raw, list) and isinstance(node.shown, list), "masking changes no list"
    return [_Node(raw, shown) for raw, shown in zip(node.raw, node.shown)]


def _below(at: str, key: str) -> str:
    """The pointer to a key (RFC 6901)."""
    return f"{at}/{key.replace('~', '~0').replace('/', '~1')}"


def _key(value: Value) -> bytes:
    """A key that is equal for values equal in JSON: a number is not a boolean, the order of keys does not matter."""
    return json.dumps(value, sort_keys=True).encode()

"""Edits as data: changes to a tree of values, independent of any text.

A route is the path from a document's root to a value: mapping keys as Helm reads them (always strings) and list
indexes. All edits of a batch refer to the tree as it was before the first of them, so no edit shifts another's
indexes. `migrator.values.tree` applies them to data, `migrator.yamltext` to text; the two share no code, and the
second is checked against the first.
"""

from typing import Literal, NamedTuple, Union

Scalar = Union[None, bool, int, float, str]
Value = Union[Scalar, "list[Value]", "dict[str, Value]"]
Key = Union[str, int]
Route = tuple[Key, ...]


class Place(NamedTuple):
    """The position of a new child among its siblings; `sibling` is a key or an index for `before` and `after`."""

    side: Literal["first", "last", "before", "after"] = "last"
    sibling: Key | None = None


FIRST = Place("first")
LAST = Place("last")


def before(sibling: Key) -> Place:
    """The place directly before that sibling."""
    return Place("before", sibling)


def after(sibling: Key) -> Place:
    """The place directly after that sibling."""
    return Place("after", sibling)


class SetValue(NamedTuple):
    """Replace the existing value at `route` with `value` (a scalar, a mapping or a list)."""

    route: Route
    value: Value


class AddKey(NamedTuple):
    """Add the key at the end of `route`, which must not exist yet, with `value`.

    Missing parents are created as mappings, and a null parent becomes a mapping. `place` is among the siblings of the
    first key that is created.
    """

    route: Route
    value: Value
    place: Place = LAST


class RemoveKey(NamedTuple):
    """Remove the key at `route` with its value; a mapping that loses its last key becomes `{}`, never null."""

    route: Route


class RenameKey(NamedTuple):
    """Give the key at `route` another `name`; its value and position stay."""

    route: Route
    name: str


class InsertItem(NamedTuple):
    """Insert `value` into the list at `route`; several at one place keep the order of the batch."""

    route: Route
    value: Value
    place: Place = LAST


class RemoveItems(NamedTuple):
    """Remove the items at `indexes` of the list at `route`; one that loses its last item becomes `[]`, never null."""

    route: Route
    indexes: tuple[int, ...]


KeyEdit = SetValue | AddKey | RemoveKey | RenameKey
ListEdit = InsertItem | RemoveItems
Edit = KeyEdit | ListEdit


def below(above: Route, edit: Edit) -> Edit:
    """The edit of the value at `above`, as an edit of the whole tree around it."""
    return edit._replace(route=above + edit.route) if above else edit

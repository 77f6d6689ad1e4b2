"""Edits as data: what is to change in a tree of values, with no word about text.

A route is the way from a document's root to a value: mapping keys as Helm reads them (always strings) and list
indexes. All edits of one batch speak of the tree as it was before the first of them, so an index never shifts under
another edit's feet. `migrator.values.tree` carries them out on data, `migrator.yamltext` on text; the two share no
code, and the second is checked against the first.
"""

from typing import Literal, NamedTuple, Union

Scalar = Union[None, bool, int, float, str]
Value = Union[Scalar, "list[Value]", "dict[str, Value]"]
Key = Union[str, int]
Route = tuple[Key, ...]


class Place(NamedTuple):
    """Where a new child stands among its siblings; `sibling` is a key or an index for `before` and `after`."""

    side: Literal["first", "last", "before", "after"] = "last"
    sibling: Key | None = None


FIRST = Place("first")
LAST = Place("last")


def before(sibling: Key) -> Place:
    """The place just before that sibling."""
    return Place("before", sibling)


def after(sibling: Key) -> Place:
    """The place just after that sibling."""
    return Place("after", sibling)


class SetValue(NamedTuple):
    """Replace the value at `route`, which exists, by `value` (a scalar, a mapping or a list)."""

    route: Route
    value: Value


class AddKey(NamedTuple):
    """Add the key that ends `route`, which does not exist yet, with `value`.

    Parents that are missing are created as mappings, and one that is null becomes a mapping. `place` is among the
    siblings of the first key that is created.
    """

    route: Route
    value: Value
    place: Place = LAST


class RemoveKey(NamedTuple):
    """Remove the key at `route` with its value; a mapping that loses its last key becomes `{}`, never null."""

    route: Route


class RenameKey(NamedTuple):
    """Give the key at `route` another `name`; its value and its place stay."""

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
    """The edit of what stands at `above` as one of the whole that it stands in."""
    return edit._replace(route=above + edit.route) if above else edit

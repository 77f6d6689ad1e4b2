"""From edits with routes to one job per collection of the text; edits without a single clear meaning are refused."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.values import tree
from migrator.values.edits import (
    AddKey,
    Edit,
    InsertItem,
    KeyEdit,
    ListEdit,
    Place,
    RenameKey,
    Route,
    SetValue,
    Value,
    before,
)
from migrator.yamltext.page import LONGEST_KEY, New, Page
from migrator.yamltext.shared import Sharing

Steps = tuple[tuple[int, int], ...]
"""The path to a collection: from the root, each collection with the number of the entry to follow."""


class Job:
    """The changes to the entries of one collection."""

    __slots__ = ("node", "removed", "renamed", "replaced", "slots", "steps")

    def __init__(self, node: int, steps: Steps) -> None:
        self.node = node
        self.steps = steps
        self.removed: set[int] = set()
        self.renamed: dict[int, str] = {}
        self.replaced: dict[int, Value] = {}
        self.slots: dict[int, list[New]] = {}

    @property
    def parents(self) -> tuple[int, ...]:
        """The collections from the root to this one."""
        return (*(node for node, _ in self.steps), self.node)


class Batch:
    """The jobs for a batch of edits, by collection. `root` has the new value of the document, if it gets one."""

    def __init__(self, page: Page, data: Value) -> None:
        self.page = page
        self.data = data
        self.layout = page.layout
        self.jobs: dict[int, Job] = {}
        self.root: list[Value] = []
        self._touched: set[Route] = set()
        self.sharing = Sharing(page)

    def add(self, edits: Sequence[Edit]) -> list[Edit]:
        """Add edits, and return those that refer to what others of the batch add: they need another round.

        Changes to keys are added before changes to lists, so that an index means the same item throughout the batch.
        Raises Preparation.
        """
        keys = [edit for edit in edits if not isinstance(edit, ListEdit)]
        lists = [edit for edit in edits if isinstance(edit, ListEdit)]
        for number, edit in enumerate(keys):
            if self._is_fresh(edit):
                return [*keys[number:], *lists]
            self._add_to_keys(edit)
        if any(self._is_fresh(edit) for edit in lists):
            return [*lists]
        for change in lists:
            self._add_to_list(change)
        return []

    def _is_fresh(self, edit: Edit) -> bool:
        """Whether an edit needs to see what another one of the batch did."""
        routes = [edit.route]
        if isinstance(edit, AddKey) and isinstance(edit.place.sibling, str):
            routes.append((*self._existing(edit.route), edit.place.sibling))
        return any(route[:length] in self._touched for route in routes for length in range(len(route) + 1))

    def _existing(self, route: Route) -> Route:
        """The longest part of a route that exists."""
        length = next(length for length in range(len(route), -1, -1) if tree.exists(self.data, route[:length]))
        return route[:length]

    # -- the edits -----------------------------------------------------------------------------------------------

    def _add_to_keys(self, edit: KeyEdit) -> None:
        if isinstance(edit, AddKey):
            self._add_key(edit)
            return
        if isinstance(edit, SetValue) and self._already_set(edit):
            return
        if not edit.route:
            assert isinstance(edit, SetValue)
            self._set_root(edit.value)
            return
        self._touched.add(edit.route)
        job = self._job(edit.route[:-1])
        key = edit.route[-1]
        if isinstance(edit, SetValue) and isinstance(key, str) and self.sharing.is_merged_in(job.node, key):
            self.sharing.take_over(job.parents, key)
        index = self._index(job.node, edit.route)
        entry = self.layout.entries(job.node)[index]
        if isinstance(edit, SetValue):
            self.sharing.must_not_be_needed(entry.node)
            job.replaced[index] = edit.value
            return
        self.sharing.must_not_be_needed(entry.key)
        self.sharing.refuse_if_merge_has(job.node, str(key), entry.head)
        if isinstance(edit, RenameKey):
            self._check_key(edit.name)
            self._touched.add((*edit.route[:-1], edit.name))
            job.renamed[index] = edit.name
            return
        self.sharing.must_not_be_needed(entry.node)
        job.removed.add(index)

    def _already_set(self, edit: SetValue) -> bool:
        """Whether the value is there already, however it is written, and the batch changes nothing in it."""
        below = any(route[: len(edit.route)] == edit.route for route in self._touched)
        return not below and tree.same(tree.find(self.data, edit.route), edit.value)

    def _set_root(self, value: Value) -> None:
        self.sharing.must_not_be_needed(self.page.root)
        self._touched.add(())
        self.jobs.clear()
        self.root = [value]

    def _add_key(self, edit: AddKey) -> None:
        route = self._existing(edit.route)
        rest = [str(key) for key in edit.route[len(route) :]]
        value = edit.value
        for key in reversed(rest[1:]):
            value = {key: value}
        for key in rest:
            self._check_key(key)
        self._touched.add((*route, rest[0]))
        if not route and self.page.root not in self.page.record.jump:  # an empty document
            self._set_root({rest[0]: value})
            return
        if route and tree.find(self.data, route) is None:  # it becomes a mapping
            self._touched.add(route)
            job = self._job(route[:-1])
            if isinstance(route[-1], str) and self.sharing.is_merged_in(job.node, route[-1]):
                self.sharing.take_over(job.parents, route[-1])
            index = self._index(job.node, route)
            self.sharing.must_not_be_needed(self.layout.entries(job.node)[index].node)
            job.replaced[index] = {rest[0]: value}
            return
        job = self._job(route)
        slot, at_front = self._slot(job.node, edit.place, rest[0])
        news = job.slots.setdefault(slot, [])
        news.insert(0 if at_front else len(news), New(rest[0], value))

    def _add_to_list(self, edit: ListEdit) -> None:
        job = self._job(edit.route)
        entries = self.layout.entries(job.node)
        if isinstance(edit, InsertItem):
            slot, _ = self._slot(job.node, edit.place, "")
            job.slots.setdefault(slot, []).append(New(None, edit.value, above_comment=edit.place == before(0)))
            return
        self.sharing.must_not_be_needed(*(entries[index].node for index in edit.indexes))
        job.removed.update(edit.indexes)

    def _slot(self, node: int, place: Place, key: str) -> tuple[int, bool]:
        """The entry before which a new one is put, and whether it precedes others that are put there too."""
        entries = self.layout.entries(node)
        if place.side == "first":
            return 0, True
        if place.side == "last":
            return len(entries), False
        if isinstance(place.sibling, int):
            index = place.sibling
        else:
            sibling = str(place.sibling)
            if self.sharing.merged(node).intersection((sibling, key)):
                self.page.refuse(f"cannot insert next to {sibling!r}, which a merge key `<<` adds", entries[0].head)
            index = self._index(node, (sibling,))
        return (index, False) if place.side == "before" else (index + 1, True)

    # -- from routes to nodes ------------------------------------------------------------------------------------

    def _job(self, route: Route) -> Job:
        """The job for the collection at `route`, which must not be shared with anything else in the file."""
        node = self.page.root
        steps: list[tuple[int, int]] = []
        self.sharing.must_be_own(node)
        for length in range(1, len(route) + 1):
            key = route[length - 1]
            if isinstance(key, str) and self.sharing.is_merged_in(node, key):
                self.sharing.take_over((*(one for one, _ in steps), node), key)
            index = self._index(node, route[:length])
            steps.append((node, index))
            node = self.layout.entries(node)[index].node
            self.sharing.must_be_own(node)
        if node not in self.jobs:
            self.jobs[node] = Job(node, tuple(steps))
        return self.jobs[node]

    def _index(self, node: int, route: Route) -> int:
        """The number of the entry for the last key of `route` in the collection `node`."""
        key = route[-1]
        if isinstance(key, int):
            return key
        entries = self.layout.entries(node)
        found = self.layout.indexes_of(node, key)
        if len(found) > 1:
            first, second = (self.layout.line(entries[index].head) for index in (found[0], found[-1]))
            self.page.refuse(
                f"the key {key!r} appears twice in its mapping, on lines {first} and {second}",
                entries[found[-1]].head,
                f"Delete one of them (Helm reads only the one on line {second}), then run again.",
            )
        if not found or self.sharing.is_merged_in(node, key):
            self.page.refuse(f"{tree.show(route)} comes from a merge key `<<`", self.sharing.merge_line(node))
        return found[0]

    def _check_key(self, key: str) -> None:
        if len(key) > LONGEST_KEY:
            self.page.refuse(f"cannot write a new key of more than {LONGEST_KEY:,} characters", 0)

"""From edits that name routes to what is to be done at which node of the text, refusing what has no one meaning."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.edits import AddKey, Edit, InsertItem, Place, RemoveItems, RemoveKey, RenameKey, Route, SetValue, Value
from migrator.tree import show
from migrator.yamltext.layout import Entry
from migrator.yamltext.page import New, Page

Steps = tuple[tuple[int, int], ...]
"""The way to a collection: from the root on, each collection with the number of the entry that leads further."""

# A key must end within 1,024 characters of where it begins to be one without `?`.
_LONGEST_KEY = 1000


class Job:
    """What happens to the entries of one collection."""

    __slots__ = ("node", "removed", "renamed", "replaced", "slots", "steps")

    def __init__(self, node: int, steps: Steps) -> None:
        self.node = node
        self.steps = steps
        self.removed: set[int] = set()
        self.renamed: dict[int, str] = {}
        self.replaced: dict[int, Value] = {}
        self.slots: dict[int, list[New]] = {}

    @property
    def way(self) -> tuple[int, ...]:
        """The collections from the root to this one."""
        return (*(node for node, _ in self.steps), self.node)


class Batch:
    """The jobs that edits come to, by collection. `root` holds the new value of the document, if it gets one."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.layout = page.layout
        self.jobs: dict[int, Job] = {}
        self.root: list[Value] = []
        self._entries: dict[int, list[Entry]] = {}
        self._touched: set[Route] = set()
        self._aliases_of: dict[int, list[int]] = {}
        for alias, target in page.record.aliases.items():
            self._aliases_of.setdefault(target, []).append(alias)

    def entries(self, node: int) -> list[Entry]:
        """The entries of a collection, worked out once."""
        if node not in self._entries:
            self._entries[node] = self.layout.entries(node)
        return self._entries[node]

    def add(self, edits: Sequence[Edit]) -> list[Edit]:
        """Take edits in, and return those that speak of what others of the batch bring in: they need another round.

        Changes of keys come before changes of lists, so that an index means the same item throughout the batch.
        """
        keys = [edit for edit in edits if not isinstance(edit, (InsertItem, RemoveItems))]
        lists = [edit for edit in edits if isinstance(edit, (InsertItem, RemoveItems))]
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
        if isinstance(edit, RenameKey):
            routes.append((*edit.route[:-1], edit.name))
        return any(route[:length] in self._touched for route in routes for length in range(len(route) + 1))

    def _existing(self, route: Route) -> Route:
        """As much of a route as the text has."""
        return route[: len(self.layout.walk(self.page.root, route))]

    # -- the edits -----------------------------------------------------------------------------------------------

    def _add_to_keys(self, edit: SetValue | AddKey | RemoveKey | RenameKey) -> None:
        if isinstance(edit, AddKey):
            self._add_key(edit)
            return
        if not edit.route:
            assert isinstance(edit, SetValue)
            self._set_root(edit.value)
            return
        self._touched.add(edit.route)
        job = self._job(edit.route[:-1])
        key = edit.route[-1]
        if isinstance(edit, SetValue) and isinstance(key, str) and self._is_merged_in(job.node, key):
            self._check_key(key)
            job.slots.setdefault(len(self.entries(job.node)), []).append(New(key, edit.value))
            return
        index = self._index(job.node, edit.route)
        entry = self.entries(job.node)[index]
        if isinstance(edit, SetValue):
            self._refuse_if_aliased(entry.node)
            job.replaced[index] = edit.value
            return
        self._refuse_if_aliased(entry.key)
        self._refuse_if_merge_has(job.node, str(key), entry)
        if isinstance(edit, RenameKey):
            self._check_key(edit.name)
            self._touched.add((*edit.route[:-1], edit.name))
            job.renamed[index] = edit.name
            return
        self._refuse_if_aliased(entry.node)
        job.removed.add(index)

    def _set_root(self, value: Value) -> None:
        self._refuse_if_aliased(self.page.root)
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
        if not route and self.page.root not in self.page.record.jump:
            self._set_root({rest[0]: value})
            return
        if route and self._node_at(route) not in self.page.record.jump:  # a null becomes a mapping
            self._touched.add(route)
            job = self._job(route[:-1])
            index = self._index(job.node, route)
            self._refuse_if_aliased(self.entries(job.node)[index].node)
            job.replaced[index] = {rest[0]: value}
            return
        job = self._job(route)
        slot, at_front = self._slot(job.node, edit.place, rest[0])
        news = job.slots.setdefault(slot, [])
        news.insert(0 if at_front else len(news), New(rest[0], value))

    def _add_to_list(self, edit: InsertItem | RemoveItems) -> None:
        job = self._job(edit.route)
        entries = self.entries(job.node)
        if isinstance(edit, InsertItem):
            slot, _ = self._slot(job.node, edit.place, "")
            job.slots.setdefault(slot, []).append(New(None, edit.value))
            return
        for index in edit.indexes:
            self._refuse_if_aliased(entries[index].node)
            job.removed.add(index)

    def _slot(self, node: int, place: Place, key: str) -> tuple[int, bool]:
        """In front of which entry a new one goes, and whether in front of others that go there already."""
        entries = self.entries(node)
        if place.side == "first":
            return 0, True
        if place.side == "last":
            return len(entries), False
        if isinstance(place.sibling, int):
            index = place.sibling
        else:
            sibling = str(place.sibling)
            if self._merged(node, len(entries)).intersection((sibling, key)):
                self.page.refuse(f"a place beside {sibling!r}, which a merge key brings in", entries[0].head)
            index = self._index(node, (sibling,))
        return (index, False) if place.side == "before" else (index + 1, True)

    # -- from routes to nodes ------------------------------------------------------------------------------------

    def _node_at(self, route: Route) -> int:
        return self.layout.walk(self.page.root, route)[-1].node

    def _job(self, route: Route) -> Job:
        """The job for the collection at `route`, which nothing else in the file may share."""
        node = self.page.root
        steps: list[tuple[int, int]] = []
        self._refuse_if_shared(node)
        for length in range(1, len(route) + 1):
            index = self._index(node, route[:length])
            steps.append((node, index))
            node = self.entries(node)[index].node
            self._refuse_if_shared(node)
        if node not in self.jobs:
            self.jobs[node] = Job(node, tuple(steps))
        return self.jobs[node]

    def _index(self, node: int, route: Route) -> int:
        """The number of the entry that the last key of `route` names in the collection `node`."""
        key = route[-1]
        if isinstance(key, int):
            return key
        entries = self.entries(node)
        found = [index for index, entry in enumerate(entries) if self._names(entry, key)]
        if len(found) > 1:
            first, second = (self.layout.line(entries[index].head) for index in (found[0], found[-1]))
            self.page.refuse(
                f"the key {key!r} stands twice in its mapping, on lines {first} and {second}",
                entries[found[-1]].head,
                f"Delete one of the two (Helm reads only that of line {second}), then run again.",
            )
        if not found or self._is_merged_in(node, key):
            self.page.refuse(f"{show(route)} comes from a merge key `<<`", self._merge_line(node))
        return found[0]

    def _names(self, entry: Entry, key: str) -> bool:
        return not self.layout.is_merge(entry) and self.layout.key_of(entry) == key

    # -- merge keys ----------------------------------------------------------------------------------------------

    def _merged(self, node: int, stop: int) -> set[str]:
        """The keys that merge keys among the first `stop` entries bring in."""
        keys: set[str] = set()
        if node not in self.page.record.doubled:
            return keys
        for entry in self.entries(node)[:stop]:
            if self.layout.is_merge(entry):
                value = self.page.record.values[entry.node]
                for one in value if isinstance(value, list) else [value]:
                    keys.update(one if isinstance(one, dict) else ())
        return keys

    def _is_merged_in(self, node: int, key: str) -> bool:
        """Whether Helm takes the value of `key` from a merge key: one that no entry after it overrides."""
        entries = self.entries(node)
        if key not in self._merged(node, len(entries)):
            return False
        own = [index for index, entry in enumerate(entries) if self._names(entry, key)]
        return not own or key in self._merged(node, len(entries)) - self._merged(node, own[-1])

    def _merge_line(self, node: int) -> int:
        return next((entry.head for entry in self.entries(node) if self.layout.is_merge(entry)), 0)

    def _refuse_if_merge_has(self, node: int, key: str, entry: Entry) -> None:
        if key in self._merged(node, len(self.entries(node))):
            self.page.refuse(f"without its entry, {key!r} would come from the merge key `<<`", entry.head)

    # -- anchors -------------------------------------------------------------------------------------------------

    def _refuse_if_shared(self, node: int) -> None:
        """Refuse an edit inside what also stands elsewhere by way of an alias."""
        record = self.page.record
        if node in record.aliases:
            name = record.anchors[record.aliases[node]]
            line = self.layout.line(record.starts[record.aliases[node]])
            self.page.refuse(
                f"the edit would go through the alias *{name} and so change line {line}, too", record.starts[node]
            )
        if node in self._aliases_of:
            line = self.layout.line(record.starts[self._aliases_of[node][0]])
            self.page.refuse(
                f"the edit would change the anchor &{record.anchors[node]}, and so the alias on line {line}, too",
                record.starts[node],
            )

    def _refuse_if_aliased(self, node: int) -> None:
        """Refuse to take away or replace a node that holds an anchor which an alias outside of it uses."""
        record = self.page.record
        last = self.layout.last_event(node)
        for target, aliases in self._aliases_of.items():
            outside = [alias for alias in aliases if not node <= alias <= last]
            if node <= target <= last and outside:
                line = self.layout.line(record.starts[outside[0]])
                self.page.refuse(
                    f"the anchor &{record.anchors[target]} would go, which the alias on line {line} needs",
                    record.starts[target],
                )

    def _check_key(self, key: str) -> None:
        if len(key) > _LONGEST_KEY:
            self.page.refuse(f"a new key of more than {_LONGEST_KEY:,} characters", 0)

"""From edits that name routes to what is to be done at which node of the text, refusing what has no one meaning."""

from __future__ import annotations

from collections.abc import Sequence

from migrator import tree
from migrator.edits import AddKey, Edit, InsertItem, Place, RemoveItems, RemoveKey, RenameKey, Route, SetValue, Value
from migrator.yamltext.layout import Entry
from migrator.yamltext.page import LONGEST_KEY, New, Page

Steps = tuple[tuple[int, int], ...]
"""The way to a collection: from the root on, each collection with the number of the entry that leads further."""


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


class Preparation(Exception):
    """What has to be done, without any change of the data, before the edits have one meaning.

    `copies` are aliases that become copies of what they stand for, with the anchor that each bears from then on;
    `unmarked` are the nodes that lose theirs. `override` is an entry of a mapping that takes a key over from a merge.
    """

    def __init__(self, copies: dict[int, str], unmarked: set[int], override: tuple[Job, New] | None = None) -> None:
        super().__init__()
        self.copies = copies
        self.unmarked = unmarked
        self.override = override


class Batch:
    """The jobs that edits come to, by collection. `root` holds the new value of the document, if it gets one."""

    def __init__(self, page: Page, data: Value) -> None:
        self.page = page
        self.data = data
        self.layout = page.layout
        self.jobs: dict[int, Job] = {}
        self.root: list[Value] = []
        self._touched: set[Route] = set()
        self._aliases_of: dict[int, list[int]] = {}
        for alias, target in page.record.aliases.items():
            self._aliases_of.setdefault(target, []).append(alias)

    def entries(self, node: int) -> list[Entry]:
        """The entries of a collection."""
        return self.layout.entries(node)

    def add(self, edits: Sequence[Edit]) -> list[Edit]:
        """Take edits in, and return those that speak of what others of the batch bring in: they need another round.

        Changes of keys come before changes of lists, so that an index means the same item throughout the batch.
        Raises Preparation.
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
        """As much of a route as leads somewhere."""
        length = next(length for length in range(len(route), -1, -1) if tree.exists(self.data, route[:length]))
        return route[:length]

    # -- the edits -----------------------------------------------------------------------------------------------

    def _add_to_keys(self, edit: SetValue | AddKey | RemoveKey | RenameKey) -> None:
        if isinstance(edit, AddKey):
            self._add_key(edit)
            return
        if isinstance(edit, SetValue) and self._stands(edit):
            return
        if not edit.route:
            assert isinstance(edit, SetValue)
            self._set_root(edit.value)
            return
        self._touched.add(edit.route)
        job = self._job(edit.route[:-1])
        key = edit.route[-1]
        if isinstance(edit, SetValue) and isinstance(key, str) and self._is_merged_in(job.node, key):
            self._take_over(job.node, job.steps, key)
        index = self._index(job.node, edit.route)
        entry = self.entries(job.node)[index]
        if isinstance(edit, SetValue):
            self._must_not_be_needed(entry.node)
            job.replaced[index] = edit.value
            return
        self._must_not_be_needed(entry.key)
        self._refuse_if_merge_has(job.node, str(key), entry)
        if isinstance(edit, RenameKey):
            self._check_key(edit.name)
            self._touched.add((*edit.route[:-1], edit.name))
            job.renamed[index] = edit.name
            return
        self._must_not_be_needed(entry.node)
        job.removed.add(index)

    def _stands(self, edit: SetValue) -> bool:
        """Whether the value is there already, as it may be written: no edit of the batch changes anything in it."""
        below = any(route[: len(edit.route)] == edit.route for route in self._touched)
        return not below and tree.same(tree.find(self.data, edit.route), edit.value)

    def _set_root(self, value: Value) -> None:
        self._must_not_be_needed(self.page.root)
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
            if isinstance(route[-1], str) and self._is_merged_in(job.node, route[-1]):
                self._take_over(job.node, job.steps, route[-1])
            index = self._index(job.node, route)
            self._must_not_be_needed(self.entries(job.node)[index].node)
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
            self._must_not_be_needed(entries[index].node)
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

    def _job(self, route: Route) -> Job:
        """The job for the collection at `route`, which nothing else in the file may share."""
        node = self.page.root
        steps: list[tuple[int, int]] = []
        self._must_be_own(node)
        for length in range(1, len(route) + 1):
            key = route[length - 1]
            if isinstance(key, str) and self._is_merged_in(node, key):
                self._take_over(node, tuple(steps), key)
            index = self._index(node, route[:length])
            steps.append((node, index))
            node = self.entries(node)[index].node
            self._must_be_own(node)
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
            self.page.refuse(f"{tree.show(route)} comes from a merge key `<<`", self._merge_line(node))
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

    def _take_over(self, node: int, steps: Steps, key: str) -> None:
        """Have a key that a merge brings in stand in the mapping itself, to be edited there. Raises Preparation."""
        entries = self.entries(node)
        if any(self._names(entry, key) for entry in entries):
            self.page.refuse(f"the merge key `<<` overrides {key!r}, which stands before it", self._merge_line(node))
        data = self.page.record.values[node]
        assert isinstance(data, dict)
        raise Preparation({}, set(), (Job(node, steps), New(key, data[key])))

    def _merge_line(self, node: int) -> int:
        return next((entry.head for entry in self.entries(node) if self.layout.is_merge(entry)), 0)

    def _refuse_if_merge_has(self, node: int, key: str, entry: Entry) -> None:
        if key in self._merged(node, len(self.entries(node))):
            self.page.refuse(f"without its entry, {key!r} would come from the merge key `<<`", entry.head)

    # -- anchors -------------------------------------------------------------------------------------------------

    def _must_be_own(self, node: int) -> None:
        """See to it that an edit inside `node` changes nothing elsewhere. Raises Preparation."""
        if node in self.page.record.aliases:
            raise Preparation({node: ""}, set())
        if node in self._aliases_of:
            self._hand_over(node, self._aliases_of[node][:1])

    def _must_not_be_needed(self, node: int) -> None:
        """See to it that no alias elsewhere needs what goes with `node`. Raises Preparation."""
        last = self.layout.last_event(node)
        for target, aliases in self._aliases_of.items():
            outside = [alias for alias in aliases if not node <= alias <= last]
            if node <= target <= last and outside:
                self._hand_over(target, [alias for alias in aliases if alias <= outside[0]])

    def _hand_over(self, target: int, aliases: list[int]) -> None:
        """Give the anchor of `target` to the last of the `aliases`, which becomes a copy; those before it do, too."""
        for alias in aliases:
            _, entry = self.layout.entry_of(self.page.root, alias)
            if entry.key == alias:
                self.page.refuse("an alias is used as a key, and its anchor would go", self.page.record.starts[alias])
        more = len(self._aliases_of[target]) > len(aliases)
        name = self.page.record.anchors[target] if more else ""
        unmarked = {target} if more else set()  # an anchor that nobody uses any more harms nobody, and stays
        raise Preparation({alias: name if alias == aliases[-1] else "" for alias in aliases}, unmarked)

    def _check_key(self, key: str) -> None:
        if len(key) > LONGEST_KEY:
            self.page.refuse(f"a new key of more than {LONGEST_KEY:,} characters", 0)

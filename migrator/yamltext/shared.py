"""What a collection shares with other places of the file, through anchors, aliases and merge keys."""

from __future__ import annotations

from itertools import islice

from migrator.yamltext.page import New, Page
from migrator.yamltext.routes import entry_of


class Preparation(Exception):
    """What must be separated, without changing the data, before the edits have a single meaning.

    `copies` are aliases that become copies of their value, each with its new anchor (empty: none); `unmarked` are the
    nodes that lose theirs. `override` is an entry that overrides a key from a merge, after the collections from the
    root to the mapping that it is added to.
    """

    def __init__(
        self, copies: dict[int, str], unmarked: set[int], override: tuple[tuple[int, ...], New] | None = None
    ) -> None:
        super().__init__()
        self.copies = copies
        self.unmarked = unmarked
        self.override = override


class Sharing:
    """The anchors, aliases and merge keys of a document, and what must be separated for an edit."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.layout = page.layout
        self._aliases_of: dict[int, list[int]] = {}
        for alias, target in page.record.aliases.items():
            self._aliases_of.setdefault(target, []).append(alias)

    # -- merge keys ----------------------------------------------------------------------------------------------

    def merged(self, node: int, stop: int | None = None) -> set[str]:
        """The keys from merge keys among the first `stop` entries, or among all."""
        keys: set[str] = set()
        if node not in self.page.record.doubled:
            return keys
        for child in islice(self.layout.children(node), stop):
            if self.layout.is_merge(child):
                value = self.page.record.values[child.node]
                for one in value if isinstance(value, list) else [value]:
                    keys.update(one if isinstance(one, dict) else ())
        return keys

    def is_merged_in(self, node: int, key: str) -> bool:
        """Whether Helm takes the value of `key` from a merge key: no entry after the merge key overrides it."""
        merged = self.merged(node)
        if key not in merged:
            return False
        own = self.layout.indexes_of(node, key)
        return not own or key in merged - self.merged(node, own[-1])

    def take_over(self, parents: tuple[int, ...], key: str) -> None:
        """Have a key from a merge added to the mapping `parents[-1]` itself. Raises Preparation."""
        node = parents[-1]
        if self.layout.indexes_of(node, key):
            self.page.refuse(f"the merge key `<<` overrides {key!r}, which is set before it", self.merge_line(node))
        data = self.page.record.values[node]
        assert isinstance(data, dict)
        raise Preparation({}, set(), (parents, New(key, data[key])))

    def merge_line(self, node: int) -> int:
        """Where the first merge key of a mapping is."""
        return next((entry.head for entry in self.layout.entries(node) if self.layout.is_merge(entry)), 0)

    def refuse_if_merge_has(self, node: int, key: str, offset: int) -> None:
        """Refuse the edit if the key removed with its entry at `offset` would then come from a merge key."""
        if key in self.merged(node):
            self.page.refuse(f"without its entry, {key!r} would come from the merge key `<<`", offset)

    # -- anchors -------------------------------------------------------------------------------------------------

    def must_be_own(self, node: int) -> None:
        """Make sure that an edit inside `node` changes nothing elsewhere. Raises Preparation."""
        if node in self.page.record.aliases:
            raise Preparation({node: ""}, set())
        if node in self._aliases_of:
            self._move_anchor(node, self._aliases_of[node][:1])

    def must_not_be_needed(self, *nodes: int) -> None:
        """Make sure that no alias elsewhere needs what is removed with `nodes`, all at once. Raises Preparation."""
        spans = [(node, self.layout.last_event(node)) for node in nodes]

        def is_removed(node: int) -> bool:
            return any(first <= node <= last for first, last in spans)

        for target, aliases in self._aliases_of.items():
            outside = [alias for alias in aliases if not is_removed(alias)]
            if outside and is_removed(target):
                self._move_anchor(target, [alias for alias in aliases if alias <= outside[0]])

    def _move_anchor(self, target: int, aliases: list[int]) -> None:
        """Move the anchor of `target` to the last of the `aliases`, which becomes a copy, as do those before it."""
        for alias in aliases:
            _, entry = entry_of(self.layout, self.page.root, alias)
            if entry.key == alias:
                self.page.refuse(
                    "an alias is used as a key, and its anchor would be removed", self.page.record.starts[alias]
                )
        more = len(self._aliases_of[target]) > len(aliases)
        name = self.page.record.anchors[target] if more else ""
        unmarked = {target} if more else set()  # an unused anchor does no harm, and stays
        raise Preparation({alias: name if alias == aliases[-1] else "" for alias in aliases}, unmarked)

"""What a collection shares with other places of the file, through anchors, aliases and merge keys."""

from __future__ import annotations

from itertools import islice

from migrator.yamltext.page import New, Page
from migrator.yamltext.routes import entry_of


class Preparation(Exception):
    """What has to be done, without any change of the data, before the edits have one meaning.

    `copies` are aliases that become copies of what they stand for, with the anchor that each bears from then on;
    `unmarked` are the nodes that lose theirs. `override` is an entry that takes a key over from a merge, after the
    collections from the root to the mapping that it goes into.
    """

    def __init__(
        self, copies: dict[int, str], unmarked: set[int], override: tuple[tuple[int, ...], New] | None = None
    ) -> None:
        super().__init__()
        self.copies = copies
        self.unmarked = unmarked
        self.override = override


class Sharing:
    """The anchors, aliases and merge keys of a document, and what has to be taken apart for an edit."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.layout = page.layout
        self._aliases_of: dict[int, list[int]] = {}
        for alias, target in page.record.aliases.items():
            self._aliases_of.setdefault(target, []).append(alias)

    # -- merge keys ----------------------------------------------------------------------------------------------

    def merged(self, node: int, stop: int | None = None) -> set[str]:
        """The keys that merge keys among the first `stop` entries bring in, or among all."""
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
        """Whether Helm takes the value of `key` from a merge key: one that no entry after it overrides."""
        merged = self.merged(node)
        if key not in merged:
            return False
        own = self.layout.indexes_of(node, key)
        return not own or key in merged - self.merged(node, own[-1])

    def take_over(self, way: tuple[int, ...], key: str) -> None:
        """Have a key that a merge brings in stand in the mapping `way[-1]` itself. Raises Preparation."""
        node = way[-1]
        if self.layout.indexes_of(node, key):
            self.page.refuse(f"the merge key `<<` overrides {key!r}, which is set before it", self.merge_line(node))
        data = self.page.record.values[node]
        assert isinstance(data, dict)
        raise Preparation({}, set(), (way, New(key, data[key])))

    def merge_line(self, node: int) -> int:
        """Where the first merge key of a mapping stands."""
        return next((entry.head for entry in self.layout.entries(node) if self.layout.is_merge(entry)), 0)

    def refuse_if_merge_has(self, node: int, key: str, offset: int) -> None:
        """Stop where a key whose entry at `offset` goes would come from a merge key then."""
        if key in self.merged(node):
            self.page.refuse(f"without its entry, {key!r} would come from the merge key `<<`", offset)

    # -- anchors -------------------------------------------------------------------------------------------------

    def must_be_own(self, node: int) -> None:
        """See to it that an edit inside `node` changes nothing elsewhere. Raises Preparation."""
        if node in self.page.record.aliases:
            raise Preparation({node: ""}, set())
        if node in self._aliases_of:
            self._hand_over(node, self._aliases_of[node][:1])

    def must_not_be_needed(self, *nodes: int) -> None:
        """See to it that no alias elsewhere needs what goes with `nodes`, all at once. Raises Preparation."""
        spans = [(node, self.layout.last_event(node)) for node in nodes]

        def goes(node: int) -> bool:
            return any(first <= node <= last for first, last in spans)

        for target, aliases in self._aliases_of.items():
            outside = [alias for alias in aliases if not goes(alias)]
            if outside and goes(target):
                self._hand_over(target, [alias for alias in aliases if alias <= outside[0]])

    def _hand_over(self, target: int, aliases: list[int]) -> None:
        """Give the anchor of `target` to the last of the `aliases`, which becomes a copy; those before it do, too."""
        for alias in aliases:
            _, entry = entry_of(self.layout, self.page.root, alias)
            if entry.key == alias:
                self.page.refuse(
                    "an alias is used as a key, and its anchor would be removed", self.page.record.starts[alias]
                )
        more = len(self._aliases_of[target]) > len(aliases)
        name = self.page.record.anchors[target] if more else ""
        unmarked = {target} if more else set()  # an anchor that nobody uses any more harms nobody, and stays
        raise Preparation({alias: name if alias == aliases[-1] else "" for alias in aliases}, unmarked)

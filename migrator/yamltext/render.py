"""New values as text: block lines in a block, one line in brackets, in the style of the text around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.values.edits import Value
from migrator.yamltext.quoting import block_scalar, may_be_plain, write_other, write_string
from migrator.yamltext.record import DOUBLE, FOLDED, LITERAL, PLAIN, SINGLE
from migrator.yamltext.style import Style


class Renderer:
    """Writes new values at one place: inside the collections `parents` (outermost first), near the node `near`.

    `near_item` is the number of the list item next to the new text, where `parents` ends in a list.
    """

    def __init__(self, style: Style, parents: Sequence[int], near: int, near_item: int = 0, *, literals: bool) -> None:
        self.style = style
        self.parents = parents
        self.near = near
        self.near_item = near_item
        self.in_item = False  # whether the value being written is in a new list item
        self.literals = literals  # whether block scalars are allowed: not directly above a deeper comment

    # -- scalars -------------------------------------------------------------------------------------------------

    def scalar(self, value: Value, *, flow: bool, key: str = "", like: int | None = None) -> str:
        """A scalar (or an empty collection) on one line; `like` is the style of what it replaces."""
        if value == []:
            return "[]"
        if value == {}:
            return "{}"
        if not isinstance(value, str):
            assert not isinstance(value, (list, dict))
            return write_other(value)
        if like in (SINGLE, DOUBLE) or (like == PLAIN and may_be_plain(value, flow=flow)):
            return write_string(value, like, flow=flow)
        found = self.style.string_style(value, self._examples(key, flow=flow), flow=flow)
        return write_string(value, found, flow=flow)

    def key(self, name: str, *, flow: bool) -> str:
        """A key; in quotes if its neighbours' are, as in JSON, or if it would be misread without."""
        examples = self.style.key_examples(self.parents)
        if self.parents and self.style.layout.is_sequence(self.parents[-1]):
            own = [each.key for each in self.style.role_entries(self.parents[-1], name, self.near_item)]
            examples = iter(own) if own else examples
        style = self.style.string_style(name, examples, flow=flow)
        return write_string(name, style, flow=flow)

    def _examples(self, key: str, *, flow: bool) -> Iterator[int]:
        if key and self.parents and (self.in_item or self.style.layout.is_sequence(self.parents[-1])):
            # Items of one kind have settled the style by now.
            if self.style.layout.is_sequence(self.parents[-1]):
                own = [each.node for each in self.style.role_entries(self.parents[-1], key, self.near_item)]
                yield from own
                if own:
                    return
            cousins = list(self.style.cousin_examples(self.parents, key))
            yield from cousins
            if cousins:
                return
        yield from self.style.value_examples(self.parents, self.near)
        if flow:  # in JSON the keys settle it, where no value is a string
            yield from self.style.key_examples(self.parents)

    # -- block ---------------------------------------------------------------------------------------------------

    def entry(self, name: str, value: Value, column: int) -> list[str]:
        """The lines of a key with its value, the first to be put at `column`, the rest already indented."""
        key = self.key(name, flow=False)
        first, rest = self.after_indicator(value, column, key=name)
        return [f"{key}:{first}", *rest]

    def after_indicator(
        self, value: Value, column: int, *, key: str = "", like: int | None = None
    ) -> tuple[str, list[str]]:
        """What follows a key's colon: the rest of that line, with its space, and the lines below it."""
        if isinstance(value, dict) and value:
            return "", self.block(value, column + self.style.mapping_step(self.parents, self.near))
        if isinstance(value, list) and value:
            return "", self.block(value, column + self.style.list_step(self.parents, self.near))
        lines = self.literal(value, like)
        if lines is None:
            return " " + self.scalar(value, flow=False, key=key, like=like), []
        indent = " " * (column + self.style.mapping_step(self.parents, self.near))
        return " " + lines[0], [indent + line if line else "" for line in lines[1:]]

    def literal(self, value: Value, like: int | None) -> list[str] | None:
        """The header and the lines of a block scalar, where the value has several lines or `like` is one."""
        if not isinstance(value, str) or not self.literals:
            return None
        kept = like in (LITERAL, FOLDED)
        if not kept and (like in (SINGLE, DOUBLE) or "\n" not in value.rstrip("\n")):
            return None
        # Blank lines below would extend what `+` keeps; where a block scalar was, none are left below.
        if value.endswith("\n\n") and not kept:
            return None
        written = block_scalar(value, FOLDED if like == FOLDED else LITERAL)
        return None if written is None else [written[0], *written[1]]

    def item(self, value: Value, column: int) -> list[str]:
        """The lines of a list item, the first, with its dash, to be put at `column`."""
        gap = " " * self.style.dash_gap(self.parents)
        like = self.style.item_in_braces(self.parents, self.near_item)
        if like is not None and isinstance(value, dict) and value:
            return [f"-{gap}{self.flow(value, like=like)}"]
        if isinstance(value, (dict, list)) and value:
            self.in_item = True
            lines = self.block(value, column + 1 + len(gap))
            self.in_item = False
            return [f"-{gap}{lines[0].lstrip(' ')}", *lines[1:]]
        lines_of_text = self.literal(value, None)
        if lines_of_text is None:
            return [f"-{gap}{self.scalar(value, flow=False)}"]
        indent = " " * (column + 2)
        return [f"- {lines_of_text[0]}", *(indent + line if line else "" for line in lines_of_text[1:])]

    def block(self, value: Value, column: int) -> list[str]:
        """The lines of a mapping or list that is not empty, all indented."""
        lines: list[str] = []
        if isinstance(value, dict):
            for name, child in value.items():
                first, *rest = self.entry(name, child, column)
                lines += [" " * column + first, *rest]
        else:
            assert isinstance(value, list)
            for child in value:
                first, *rest = self.item(child, column)
                lines += [" " * column + first, *rest]
        return lines

    # -- flow ----------------------------------------------------------------------------------------------------

    def flow(self, value: Value, key: str = "", *, like: int | None = None) -> str:
        """Any value on one line, for use in brackets; a mapping's braces are written like those of the node `like`."""
        if isinstance(value, dict) and value:
            gap = self.style.braces_gap(self.parents if like is None else [*self.parents, like])
            return "{" + gap + ", ".join(self.flow_entry(name, child) for name, child in value.items()) + gap + "}"
        if isinstance(value, list) and value:
            return "[" + ", ".join(self.flow(child) for child in value) + "]"
        return self.scalar(value, flow=True, key=key)

    def flow_entry(self, name: str, value: Value) -> str:
        """A key with its value on one line, for use in braces."""
        return f"{self.key(name, flow=True)}: {self.flow(value, name)}"

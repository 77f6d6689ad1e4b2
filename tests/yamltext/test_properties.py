"""Documents in every style, edited at random."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from migrator.errors import RefusedError
from migrator.values import tree
from migrator.values.edits import AddKey, Edit, InsertItem, RemoveItems, RemoveKey, RenameKey, Route, SetValue, Value
from migrator.yamltext import apply, parse
from tests.examples import examples
from tests.yamltext.random_edits import draw

KEYS = st.sampled_from(["a", "b", "key one", "on", "1", "x.y", "'q'", "é"])
STRINGS = st.sampled_from(
    ["v", "on", "", "010", "it's", 'say "x"', "a: b", "#", "two\nlines", "two\nlines\n", "- x", "é"]
)
SCALARS = st.one_of(STRINGS, st.sampled_from([None, True, 1, -2, 1.5]))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


class Writer:
    """Writes a value as YAML in a random style, without the engine."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.step = rng.choice((1, 2, 4))
        self.list_step = rng.choice((0, 2, 3))
        self.gap = rng.choice((1, 1, 3))

    def document(self, value: Value) -> str:
        lines = self.block(value, 0) if isinstance(value, (dict, list)) and value else [self.inline(value)]
        if self.rng.random() < 0.3:
            lines = ["---", *lines]
        if self.rng.random() < 0.2:
            lines.append("...")
        text = "\n".join(lines) + ("\n" if self.rng.random() < 0.7 else "")
        return text.replace("\n", self.rng.choice(("\n", "\n", "\r\n")))

    def noise(self, column: int) -> list[str]:
        lines = []
        if self.rng.random() < 0.15:
            lines.append("")
        if self.rng.random() < 0.2:
            lines.append(" " * column + "# " + self.rng.choice(("about", "x: 1", "- y")))
        return lines

    def tail(self) -> str:
        return self.rng.choice(("", "", "", " # tail", "  #", " "))

    def inline(self, value: Value) -> str:
        if isinstance(value, dict):
            pairs = [f"{self.string(key)}: {self.inline(child)}" for key, child in value.items()]
            return "{" + self.rng.choice((", ", ",  ")).join(pairs) + "}"
        if isinstance(value, list):
            comma = ", " if value and self.rng.random() < 0.2 else ""
            return "[" + ", ".join(map(self.inline, value)) + comma + "]"
        if isinstance(value, str):
            return self.string(value)
        if value is None or value is True:
            return self.rng.choice(("true", "yes") if value else ("null", "~"))
        return str(value)

    def string(self, value: str) -> str:
        if value in ("v", "a", "b", "x.y", "é", "key one") and self.rng.random() < 0.5:
            return value
        if "\n" not in value and self.rng.random() < 0.5:
            return "'" + value.replace("'", "''") + "'"
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    def block(self, value: Value, column: int) -> list[str]:
        lines: list[str] = []
        if isinstance(value, dict):
            for key, child in value.items():
                head = " " * column + self.string(key) + ":"
                lines += [*self.noise(column), *self.under(head, child, column)]
        else:
            assert isinstance(value, list)
            for child in value:
                lines += self.noise(column)
                if isinstance(child, (dict, list)) and child and self.rng.random() < 0.7:
                    inner = Writer.block(self, child, column + 1 + self.gap)
                    first = next(i for i, line in enumerate(inner) if line.strip() and not line.strip().startswith("#"))
                    lines += inner[:first] if not inner[0].strip() else [line[1 + self.gap :] for line in inner[:first]]
                    lines += [" " * column + "-" + " " * self.gap + inner[first].lstrip(" "), *inner[first + 1 :]]
                else:
                    lines += self.under(" " * column + "-", child, column, item=True)
        return lines

    def under(self, head: str, child: Value, column: int, *, item: bool = False) -> list[str]:
        if isinstance(child, (dict, list)) and child and self.rng.random() < 0.8:
            deeper = self.list_step if isinstance(child, list) and not item else self.step + item
            return [head + self.tail(), *self.block(child, column + deeper)]
        if child is None and self.rng.random() < 0.5:
            return [head + self.tail()]
        if isinstance(child, str) and "\n" in child and self.rng.random() < 0.7:
            mark = "" if child.endswith("\n") else "-"
            return [f"{head} |{mark}", *(" " * (column + 2) + line for line in child.rstrip("\n").split("\n"))]
        return [f"{head} {self.inline(child)}{self.tail()}"]


texts = st.builds(
    lambda value, seed: Writer(random.Random(seed)).document(value),
    st.one_of(st.dictionaries(KEYS, VALUES, max_size=5), st.lists(VALUES, max_size=4)),
    st.integers(0, 1 << 32),
)


def edited_or_none(text: str, edits: Sequence[Edit]) -> str | None:
    try:
        return apply(parse(text.encode()), edits).stream.data.decode()
    except RefusedError:
        return None


@examples(150)
@given(text=texts, seed=st.integers(0, 1 << 32))
def test_an_edit_does_the_same_to_the_text_as_to_the_data(text: str, seed: int) -> None:
    stream = parse(text.encode())
    data = stream.documents[0].data
    assert apply(stream, []).stream.data == text.encode()
    for _, edit in draw(random.Random(seed), data, 1):
        done = edited_or_none(text, [edit])
        assert done is not None or any(sign in text for sign in "|>"), (edit, text)
        if done is not None:
            assert tree.same(parse(done.encode()).documents[0].data, tree.apply(data, [edit]))


@examples(100)
@given(text=texts, seed=st.integers(0, 1 << 32))
def test_a_batch_does_the_same_to_the_text_as_to_the_data(text: str, seed: int) -> None:
    rng = random.Random(seed)
    data = parse(text.encode()).documents[0].data
    edits = [edit for _, edit in draw(rng, data, 2)]
    batch: list[Edit] = []
    for edit in rng.sample(edits, len(edits)):
        try:
            tree.apply(data, [*batch, edit])
        except tree.NoSuchRoute:
            continue  # the edits of a batch must not contradict each other
        batch.append(edit)
        if len(batch) == 6:
            break
    done = edited_or_none(text, batch)
    if done is not None:
        assert tree.same(parse(done.encode()).documents[0].data, tree.apply(data, batch))


@examples(100)
@given(text=texts, seed=st.integers(0, 1 << 32))
def test_an_edit_and_its_inverse_give_the_same_bytes(text: str, seed: int) -> None:
    data = parse(text.encode()).documents[0].data
    for _, edit in draw(random.Random(seed), data, 1):
        undo = inverse(data, edit)
        if undo is None:
            continue
        done = edited_or_none(text, [edit])
        if done is not None and not _needs_last_break(text, done):
            assert edited_or_none(done, [undo]) == text, (edit, undo)


def inverse(data: Value, edit: Edit) -> Edit | None:
    """The edit that removes what this one added; None if this one removes or replaces something."""
    if isinstance(edit, AddKey) and tree.exists(data, edit.route[:-1]):
        return RemoveKey(edit.route) if tree.get(data, edit.route[:-1]) else None
    if isinstance(edit, InsertItem):
        items = tree.get(data, edit.route)
        assert isinstance(items, list)
        place = edit.place
        at = 0 if place.side == "first" else len(items) if place.side == "last" else place.sibling
        assert isinstance(at, int)
        return RemoveItems(edit.route, (at + (place.side == "after"),)) if items else None
    return None


def _needs_last_break(before: str, after: str) -> bool:
    """Whether a block scalar may be at the end of a file without a final newline, before or after."""
    return not before.endswith("\n") and "|" in before + after


def test_a_rename_and_a_set_can_be_reversed() -> None:
    for text in ("a: 1 # c\nb: {c: 2}\n", "'a' : 1\r\nb: {'c': 2, }", "- a: 1\n"):
        stream = parse(text.encode())
        above: Route = (0,) if isinstance(stream.documents[0].data, list) else ()
        there = apply(stream, [RenameKey((*above, "a"), "zzz")]).stream
        assert apply(there, [RenameKey((*above, "zzz"), "a")]).stream.data == text.encode()
        there = apply(stream, [SetValue((*above, "a"), 2)]).stream
        assert apply(there, [SetValue((*above, "a"), 1)]).stream.data == text.encode()

"""Two operators that cosmic-ray has not: `in` turned round, and a condition that never holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import parso
from cosmic_ray.operators.operator import Example, Operator

Span = tuple[tuple[int, int], tuple[int, int]]


class Membership(Operator):
    """`in` becomes `not in`, and the other way round."""

    def mutation_positions(self, node: Any) -> Iterator[Span]:
        for place in self._places(node):
            yield node.children[place].start_pos, node.children[place].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        place = self._places(node)[index]
        was = node.children[place].get_code().split()
        node.children[place] = parso.parse(" in" if was == ["not", "in"] else " not in")
        return node

    def _places(self, node: Any) -> list[int]:
        if node.type != "comparison":
            return []
        return [n for n in range(1, len(node.children), 2) if "in" in node.children[n].get_code().split()]

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example("x in y", "x not in y"),)


class Never(Operator):
    """A condition of `if`, `elif`, `while`, a ternary or a comprehension is False."""

    def mutation_positions(self, node: Any) -> Iterator[Span]:
        for place in self._places(node):
            yield node.children[place].start_pos, node.children[place].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        node.children[self._places(node)[index]] = parso.parse(" False")
        return node

    def _places(self, node: Any) -> list[int]:
        if node.type in ("if_stmt", "while_stmt"):
            heads = ("if", "elif", "while")
            return [n + 1 for n, child in enumerate(node.children) if getattr(child, "value", "") in heads]
        # `value if condition else value`, and `for ... in ... if condition`
        return {"test": [2], "ternary": [2], "comp_if": [1]}.get(node.type, [])

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example("if x: pass", "if False: pass"),)

"""The decisions in the code, and mutants that invert one each, by cosmic-ray's operators and two more."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import parso
from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Example, Operator

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (
    *("migrations", "migrator/prefect", "migrator/rules", "migrator/planning"),
    *("migrator/yamltext", "migrator/files", "migrator/values"),
)
Span = tuple[tuple[int, int], tuple[int, int]]


class Membership(Operator):  # type: ignore[misc]  # cosmic-ray has no types
    """`in` becomes `not in`, and vice versa."""

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


class Never(Operator):  # type: ignore[misc]  # cosmic-ray has no types
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


_COMPARISONS = (
    *("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is"),
    *("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt"),
)
_NAMES = (
    *("ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue"),
    "ReplaceUnaryOperator_Delete_Not",
    *(f"ReplaceComparisonOperator_{pair}" for pair in _COMPARISONS),
)
OPERATORS: tuple[Operator, ...] = (*(plugins.get_operator(f"core/{n}")() for n in _NAMES), Membership(), Never())


class Place(NamedTuple):
    """A decision and how it is inverted: the operator, and which of the operator's places in the file this is."""

    file: str
    line: int
    operator: Operator
    occurrence: int


class Mutant(NamedTuple):
    """One inverted decision: where it is, the line before and after, and the whole text with it."""

    file: str
    line: int
    before: str
    after: str
    text: str
    lines: tuple[int, ...]
    """The lines of the statement; the mutant meets the tests that run any of them."""

    @property
    def key(self) -> str:
        """Identifies the mutant as long as its line is the same."""
        return f"{self.file}: {self.before} -> {self.after}"

    @property
    def is_at_import(self) -> bool:
        """Whether it takes effect when the module is imported, not when a function runs."""
        functions = (node for node in ast.walk(ast.parse(self.text)) if isinstance(node, ast.FunctionDef))
        return not any(each.body[0].lineno <= self.line <= (each.end_lineno or 0) for each in functions)


def places() -> list[Place]:
    """All decisions of `FOLDERS`, in the order of the files."""
    found = []
    for file, text in texts_of_code().items():
        nodes, lines = list(ast_nodes(get_ast(text))), text.splitlines()
        for operator in OPERATORS:
            spans = [span for node in nodes for span in operator.mutation_positions(node)]
            here = [Place(file, span[0][0], operator, number) for number, span in enumerate(spans)]
            found += [place for place in here if "TYPE_CHECKING" not in lines[place.line - 1]]
    return found


def mutant(place: Place) -> Mutant:
    """The mutant that inverts the decision."""
    text = (ROOT / place.file).read_text(encoding="utf-8")
    lines, mutated = text.splitlines(), mutate_code(text, place.operator, place.occurrence)
    now = mutated.splitlines()
    line = next(number for number, (was, becomes) in enumerate(zip(lines, now), 1) if was != becomes)
    return Mutant(place.file, line, lines[line - 1].strip(), now[line - 1].strip(), mutated, _statement(text, line))


def _statement(text: str, line: int) -> tuple[int, ...]:
    """The lines of the statement that the line is in; of a compound statement only its head."""
    found: tuple[int, ...] = (line,)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            span = tuple(range(node.lineno, max(last, node.lineno) + 1))
            if line in span and (len(found) == 1 or len(span) < len(found)):
                found = span
    return found


def texts_of_code() -> dict[str, str]:
    paths = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}

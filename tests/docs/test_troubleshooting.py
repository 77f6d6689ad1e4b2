"""Every message that docs/troubleshooting.md explains is one that the program says."""

from __future__ import annotations

import ast
import functools

import pytest

from docs.make.code import GAP, sentence, trees
from tests.docs.pages import sections_of, text_of

MESSAGES = list(sections_of(text_of("docs/troubleshooting.md"), 3))


@functools.cache
def sentences() -> frozenset[str]:
    """All texts of the program, on one line each."""
    return frozenset(
        " ".join(sentence(node).split())
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, (ast.JoinedStr, ast.BinOp))
        or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    )


def _says(said: str, message: str) -> bool:
    """Whether the parts of the message stand in the sentence, in their order; `…` stands for anything."""
    at = 0
    for part in filter(None, (part.strip() for part in message.split(GAP))):
        at = said.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_is_one_of_the_programs(message: str) -> None:
    assert any(_says(said, message) for said in sentences())


def test_a_message_that_nobody_says_is_found_out() -> None:
    assert not any(_says(said, "the moon is in the way of …") for said in sentences())

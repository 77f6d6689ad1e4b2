"""Every message that docs/troubleshooting.md explains is one that the program prints."""

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


def _has_parts(text: str, message: str) -> bool:
    """Whether the text has the parts of the message, in their order; `…` stands for anything."""
    at = 0
    for part in filter(None, (part.strip() for part in message.split(GAP))):
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


@pytest.mark.parametrize("message", MESSAGES)
def test_every_explained_message_exists(message: str) -> None:
    assert any(_has_parts(text, message) for text in sentences())


def test_a_message_that_does_not_exist_is_found() -> None:
    assert not any(_has_parts(text, "the moon is in the way of …") for text in sentences())

"""Fixtures that carry out edits, so that tests compare the text before and after."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import pytest

from migrator.values import tree
from migrator.values.edits import Edit
from migrator.yamltext import apply, parse
from migrator.yamltext.pure import READ_OTHERWISE
from migrator.yamltext.splicing import Edited


@pytest.fixture(scope="session", params=["C parser", "pure parser"])
def outcome(request: pytest.FixtureRequest) -> Callable[..., Edited]:
    """Carry out edits, and check that the input is not changed and that no edits give the same bytes.

    Runs with the C parser, and again with the pure Python parser, which refuses some texts.
    """

    def run(before: str, edits: Sequence[Edit], document: int = 0) -> Edited:
        done = apply_and_check(before, edits, document)
        if request.param == "C parser" or READ_OTHERWISE.search(before) or READ_OTHERWISE.search(done.stream.text):
            return done
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, "_ruamel_yaml", None)
            return apply_and_check(before, edits, document)

    def apply_and_check(before: str, edits: Sequence[Edit], document: int) -> Edited:
        data = before.encode()
        stream = parse(data, "values.yaml")
        read = tree.copy(stream.documents[document].data)
        done = apply(stream, edits, document)
        assert stream.data == data
        assert tree.same(stream.documents[document].data, read)
        assert apply(stream, [], document).stream.data == data
        assert apply(done.stream, [], document).stream.data == done.stream.data
        return done

    return run


@pytest.fixture(scope="session")
def edited(outcome: Callable[..., Edited]) -> Callable[..., str]:
    """The text after edits."""

    def run(before: str, *edits: Edit, document: int = 0) -> str:
        return outcome(before, edits, document).stream.data.decode()

    return run

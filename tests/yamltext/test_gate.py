"""The gate refuses edits that went wrong."""

from __future__ import annotations

import pytest

from migrator.errors import VerificationError
from migrator.values.edits import SetValue
from migrator.yamltext import apply, gate, page, parse, splicing
from migrator.yamltext.page import Splice

BEFORE = parse(b"a: 1\nb: 2\n", "values.yaml")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (b"a: 1\nb: 3\n", {"a": 1, "b": 2}),
        (b"a: 1\nb: '2'\n", {"a": 1, "b": 2}),
        (b"b: 2\na: 1\n", {"a": 1, "b": 2}),
        (b"a: 1.0\nb: 2\n", {"a": 1, "b": 2}),
        (b"a: true\nb: 2\n", {"a": 1, "b": 2}),
        (b"a: 1\nb: 2\n---\nc: 3\n", {"a": 1, "b": 2}),
    ],
)
def test_data_that_differs_from_the_plan_is_refused(after: bytes, expected: dict[str, object]) -> None:
    with pytest.raises(VerificationError):
        gate.check_data(BEFORE, parse(after), 0, expected)  # type: ignore[arg-type]
    gate.check_data(BEFORE, BEFORE, 0, expected)  # type: ignore[arg-type]


def test_other_documents_must_stay_as_they_are() -> None:
    before = parse(b"a: 1\n---\nb: 2\n")
    with pytest.raises(VerificationError):
        gate.check_data(before, parse(b"a: 1\n---\nb: 3\n"), 0, {"a": 1})
    gate.check_data(before, parse(b"a: 1\n---\nb: 3\n"), 1, {"b": 3})


@pytest.mark.parametrize(
    ("after", "splices"),
    [
        (b"a: 1\nb: 5\n", []),
        (b"a: 5\nb: 5\n", [Splice(3, 4, "5")]),
        (b"a: 5\nb: 2\n", [Splice(3, 4, "6")]),
        (b"a: 5\nb: 2\n# more\n", [Splice(3, 4, "5")]),
        (b"a: 5\nb: 2\n", [Splice(3, 5, "5\n"), Splice(4, 6, "\nb")]),
        (b"a: 5\nb: 2\n", [Splice(8, 9, "2"), Splice(3, 4, "5")]),
        (b"a: 5\nb: 2\n", [Splice(3, 400, "5")]),
        (b"a: 1\n# 1\nb: 2\n", [Splice(4, 3, "\n# ")]),
    ],
)
def test_bytes_outside_the_splices_must_stay(after: bytes, splices: list[Splice]) -> None:
    with pytest.raises(VerificationError):
        gate.check_bytes(BEFORE, parse(after), splices)
    gate.check_bytes(BEFORE, parse(b"a: 5\nb: 2\n"), [Splice(3, 4, "5")])


def test_a_wrong_splice_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    # Whatever the writers do, the engine returns nothing that differs from the plan.
    real = page.Page.splice
    monkeypatch.setattr(page.Page, "splice", lambda self, start, end, text: real(self, start, end, text + "5"))
    with pytest.raises(VerificationError, match="does not match the plan"):
        apply(BEFORE, [SetValue(("a",), 2)])
    monkeypatch.setattr(page.Page, "splice", lambda self, start, end, text: real(self, start, end, "[" + text))
    with pytest.raises(VerificationError, match="cannot be read"):
        apply(BEFORE, [SetValue(("a",), 2)])
    monkeypatch.undo()
    assert splicing.apply(BEFORE, [SetValue(("a",), 2)]).stream.data == b"a: 2\nb: 2\n"

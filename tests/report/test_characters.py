"""Invisible characters are shown as escapes, and values that have them are found."""

from __future__ import annotations

import pytest

from migrator.report.characters import invisible_in, is_invisible, visible
from migrator.values.edits import Value


@pytest.mark.parametrize(
    "character", "\u202a\u202e\u2066\u2069\u200b\u200d\u200e\u2060\ufeff\u00ad\u034f\u3164\u2800\U000e0061"
)
def test_bidi_controls_and_zero_width_characters_are_escaped(character: str) -> None:
    assert is_invisible(character)
    shown = visible(f"a{character}b")
    assert shown.startswith("a\\")
    assert shown.encode().decode("unicode-escape") == f"a{character}b"


@pytest.mark.parametrize("character", "aé→漢🙂ש’…ا")
def test_visible_characters_are_not_escaped(character: str) -> None:
    assert not is_invisible(character)
    assert visible(character) == character


def test_invisible_characters_are_found_in_nested_keys_and_strings() -> None:
    data: Value = {"a": [{"b": "x\u202ey\u200b\u202e"}], "c\u200d": 1, "é": "é"}
    assert list(invisible_in(data)) == [(("a", 0, "b"), ["\u202e", "\u200b"]), (("c\u200d",), ["\u200d"])]

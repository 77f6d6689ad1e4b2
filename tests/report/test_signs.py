"""Signs that nobody sees: where a person looks they are escapes, and a value that holds one can be told."""

from __future__ import annotations

import pytest

from migrator.report.signs import is_unseen, unseen_in, visible
from migrator.values.edits import Value


@pytest.mark.parametrize(
    "sign", "\u202a\u202e\u2066\u2069\u200b\u200d\u200e\u2060\ufeff\u00ad\u034f\u3164\u2800\U000e0061"
)
def test_what_turns_the_text_or_has_no_width_is_an_escape(sign: str) -> None:
    assert is_unseen(sign)
    shown = visible(f"a{sign}b")
    assert shown.startswith("a\\")
    assert shown.encode().decode("unicode-escape") == f"a{sign}b"


@pytest.mark.parametrize("sign", "aé→漢🙂ש’…ا")
def test_what_is_seen_stays(sign: str) -> None:
    assert not is_unseen(sign)
    assert visible(sign) == sign


def test_they_are_found_in_keys_and_in_texts_however_deep() -> None:
    data: Value = {"a": [{"b": "x\u202ey\u200b\u202e"}], "c\u200d": 1, "é": "é"}
    assert list(unseen_in(data)) == [(("a", 0, "b"), ["\u202e", "\u200b"]), (("c\u200d",), ["\u200d"])]

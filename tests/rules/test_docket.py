"""The rules about the docket, beyond their cases."""

from __future__ import annotations

import pytest

from .cases import DOCKET, PIN, SINGLE, SOUND, entry, findings, texts


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("value: redis://redis.example.org:6379/3", "the two pods have different dockets"),
        ("valueFrom: {configMapKeyRef: {name: x, key: x}}", "the two pods may not be on the same docket"),
    ],
)
def test_different_and_unreadable_dockets_get_different_texts(value: str, words: str) -> None:
    found = findings(SOUND + f"        - name: PREFECT_SERVER_DOCKET_URL\n          {value}\n")

    assert [each.text.startswith(words) for each in found if each.rule == "docket-differs"] == [True]


def test_on_the_old_chart_a_docket_is_an_unknown_key() -> None:
    text = SOUND.replace(PIN, "")
    found = findings(text, to="4.13.0")

    assert [(each.rule, text.splitlines()[each.line - 1].strip()) for each in found] == [("messaging-keys", "docket:")]
    assert findings(text.replace(DOCKET, ""), to="4.13.0") == []


@pytest.mark.parametrize(
    ("docket", "shared"),
    [
        ("redis://redis.example.org/2", True),
        ("'{{ .Values.docket }}'", True),  # cannot be read from here
        ("memory://", False),
        ('""', False),
        ("redis://redis.example.org", False),
    ],
)
def test_several_processes_may_share_a_docket_in_env(docket: str, shared: bool) -> None:
    text = SINGLE.replace("replicaCount: 1", "replicaCount: 3") + entry("PREFECT_SERVER_DOCKET_URL", docket)
    assert (texts("docket-private", text) == []) is shared
